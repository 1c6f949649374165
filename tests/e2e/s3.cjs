// npm's s3rver with what the real service has beside it: the account of Stepwell's tests as a user, ids of requests,
// encryption and checksums, which S3 has of every object since 2023 and 2024.
//     node s3.cjs --directory DIR --port N [--buckets A,B]
'use strict';

const crypto = require('crypto');
const http = require('http');
const S3rver = require('s3rver');
const Account = require('s3rver/lib/models/account');

const options = {};
for (let i = 2; i < process.argv.length; i += 2) options[process.argv[i].slice(2)] = process.argv[i + 1];

function crc32(sum, bytes) {
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return sum;
}

/** What S3 says of an object that is put or read. */
function sayMore(request, response) {
  response.setHeader('x-amz-request-id', crypto.randomBytes(8).toString('hex').toUpperCase());
  response.setHeader('x-amz-id-2', crypto.randomBytes(57).toString('base64'));
  const isObject = new URL(request.url, 'http://s3').pathname.split('/').filter(Boolean).length > 1;
  if (!isObject || !['GET', 'HEAD', 'PUT'].includes(request.method)) return;
  const writeHead = response.writeHead.bind(response);
  let sum = 0xffffffff;
  const push = request.push.bind(request);
  request.push = (bytes, ...rest) => {
    if (bytes) sum = crc32(sum, bytes);
    return push(bytes, ...rest);
  };
  response.writeHead = (status, ...rest) => {
    if (status < 300) {
      response.setHeader('x-amz-server-side-encryption', 'AES256');
      if (request.method === 'PUT') {
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32BE((sum ^ 0xffffffff) >>> 0);
        response.setHeader('x-amz-checksum-crc32', bytes.toString('base64'));
        response.setHeader('x-amz-checksum-type', 'FULL_OBJECT');
      }
    }
    return writeHead(status, ...rest);
  };
}

async function main() {
  // Whoever has only the account to sign with uses it as the key.
  Account.DUMMY_ACCOUNT.createKeyPair('123456789012', 'stepwell');
  const s3 = new S3rver({
    directory: options.directory, silent: true, allowMismatchedSignatures: true,
    configureBuckets: (options.buckets || '').split(',').filter(Boolean).map((name) => ({ name, configs: [] })),
  });
  await s3.configureBuckets();
  const handle = s3.callback();
  http.createServer((request, response) => {
    sayMore(request, response);
    handle(request, response);
  }).listen(Number(options.port), '127.0.0.1');
}

main();
