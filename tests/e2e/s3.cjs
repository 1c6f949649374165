// npm's s3rver with the account of Stepwell's tests as a user: node s3.cjs --directory DIR --port N
'use strict';

const S3rver = require('s3rver');
const Account = require('s3rver/lib/models/account');

const options = {};
for (let i = 2; i < process.argv.length; i += 2) options[process.argv[i].slice(2)] = process.argv[i + 1];

// Whoever has only the account to sign with uses it as the key.
Account.DUMMY_ACCOUNT.createKeyPair('123456789012', 'stepwell');
new S3rver({
  address: '127.0.0.1', port: Number(options.port), directory: options.directory, silent: true,
  allowMismatchedSignatures: options.check !== 'yes',
  configureBuckets: (options.buckets || '').split(',').filter(Boolean).map((name) => ({ name, configs: [] })),
}).run();
