// Runs a Node.js handler for Stepwell: asks the Lambda Runtime API for invocations and answers them, one after another.
// Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes" and "Lambda context object in Node.js".
// Read from standard input by node, as CommonJS: --input-type would be handed on to the processes that a handler forks.
'use strict';
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const env = process.env;
const [host, port] = env.AWS_LAMBDA_RUNTIME_API.split(':');
const base = '/2018-06-01/runtime/';
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, target, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    const request = http.request({ host, port, agent, method, path: base + target, headers }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks).toString() }));
      answer.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function failure(errorType, errorMessage, trace = []) {
  return { errorType, errorMessage, trace };
}

function describe(error) {
  if (!(error instanceof Error) && !(error && typeof error === 'object' && 'stack' in error)) {
    return failure(typeof error, String(error));
  }
  return failure(String(error.name || 'Error'), String(error.message), String(error.stack || '').split('\n'));
}

function say(problem) {
  console.error(`ERROR\tInvoke Error\t${JSON.stringify({ ...problem, stack: problem.trace, trace: undefined })}`);
}

class LoadError extends Error {
  constructor(type, message) {
    super(message);
    this.name = type;
  }
}

async function importFile(file) {
  try {
    if (file.endsWith('.mjs')) return await import(pathToFileURL(file).href);
    try {
      return require(file);
    } catch (error) {
      // A .js file whose package says "type": "module".
      if (error.code !== 'ERR_REQUIRE_ESM') throw error;
      return await import(pathToFileURL(file).href);
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw new LoadError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
    if (error && (error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND')) {
      throw new LoadError('Runtime.ImportModuleError', `Error: ${error.message}`);
    }
    throw error;
  }
}

// The function that `folder/module.name.inner` names.
async function load(handler) {
  const root = env.LAMBDA_TASK_ROOT;
  const folder = path.dirname(handler);
  const [moduleName, ...names] = path.basename(handler).split('.');
  if (!moduleName || names.length === 0) throw new LoadError('Runtime.MalformedHandlerName', 'Bad handler');
  const stem = path.resolve(root, folder, moduleName);
  const file = ['.js', '.mjs', '.cjs'].map((ending) => stem + ending).find((name) => fs.existsSync(name));
  if (!file) throw new LoadError('Runtime.ImportModuleError', `Error: Cannot find module '${moduleName}'`);
  let found = await importFile(file);
  if (found && found[names[0]] === undefined && found.default) found = found.default;
  for (const name of names) found = found === undefined || found === null ? undefined : found[name];
  if (found === undefined) throw new LoadError('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  if (typeof found !== 'function') throw new LoadError('Runtime.HandlerNotFound', `${handler} is not a function`);
  return found;
}

function contextOf(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const clientContext = headers['lambda-runtime-client-context'];
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: clientContext ? JSON.parse(clientContext) : undefined,
    identity: undefined,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
  };
}

// Settles with the handler's result, whichever way it gives one: a promise, the callback, or the older context.done.
function invoke(handler, event, context) {
  // Nothing is left to do and no answer was given: Lambda answers null.
  let atEnd = () => {};
  const whenIdle = () => atEnd();
  process.on('beforeExit', whenIdle);
  const outcome = new Promise((resolve, reject) => {
    atEnd = () => resolve(null);
    const later = (settle, value) => {
      if (!context.callbackWaitsForEmptyEventLoop) return settle(value);
      atEnd = () => settle(value);
    };
    const callback = (error, result) => (error ? later(reject, error) : later(resolve, result));
    context.done = callback;
    context.succeed = (result) => callback(null, result);
    context.fail = (error) => callback(error || new Error('handled'));
    const returned = handler(event, context, callback);
    if (returned && typeof returned.then === 'function') returned.then(resolve, reject);
  });
  return outcome.finally(() => process.removeListener('beforeExit', whenIdle));
}

async function main() {
  let current;
  const fatal = (type) => async (error) => {
    const problem = { ...describe(error), ...(type ? { errorType: type, errorMessage: `${error && error.name ? error.name : 'Error'}: ${error && error.message !== undefined ? error.message : error}` } : {}) };
    say(problem);
    await call('POST', current ? `invocation/${current}/error` : 'init/error', JSON.stringify(problem)).catch(() => {});
    process.exit(129);
  };
  process.on('uncaughtException', fatal());
  process.on('unhandledRejection', fatal('Runtime.UnhandledPromiseRejection'));

  let handler;
  try {
    handler = await load(env._HANDLER);
  } catch (error) {
    const problem = describe(error);
    say(problem);
    await call('POST', 'init/error', JSON.stringify(problem));
    process.exit(1);
  }
  for (;;) {
    const next = await call('GET', 'invocation/next');
    if (next.status !== 200) process.exit(1);
    const context = contextOf(next.headers);
    current = context.awsRequestId;
    env._X_AMZN_TRACE_ID = next.headers['lambda-runtime-trace-id'] || '';
    let body;
    let problem;
    try {
      const result = await invoke(handler, next.body ? JSON.parse(next.body) : {}, context);
      try {
        body = JSON.stringify(result === undefined ? null : result);
      } catch (error) {
        problem = failure('Runtime.MarshalError', `Unable to stringify response body: ${error.message}`);
      }
    } catch (error) {
      problem = describe(error);
    }
    if (problem) say(problem);
    if (problem) await call('POST', `invocation/${current}/error`, JSON.stringify(problem));
    else await call('POST', `invocation/${current}/response`, body);
    current = undefined;
  }
}

main();
