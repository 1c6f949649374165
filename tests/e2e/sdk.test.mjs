// @aws-sdk/client-sfn against a running Stepwell: all operations that it has. test_sdk.py starts both.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import * as sfn from '@aws-sdk/client-sfn';
import { gaps, mistypedInputs, remember } from './sdk_coverage.mjs';

const ROLE = 'arn:aws:iam::123456789012:role/e2e';
const KEY = { type: 'CUSTOMER_MANAGED_KMS_KEY', kmsKeyId: 'alias/orders', kmsDataKeyReusePeriodSeconds: 300 };
const LOG_GROUP = 'arn:aws:logs:us-east-1:123456789012:log-group:runs:*';
const folder = process.env.E2E_FOLDER;

const client = new sfn.SFNClient({
  endpoint: process.env.STEPWELL_ENDPOINT,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  disableHostPrefix: true, // StartSyncExecution would go to sync-127.0.0.1
  maxAttempts: 1,
});

// call('StartExecution', {…}): the answer without its metadata.
async function call(operation, input = {}) {
  const { $metadata, ...answer } = await client.send(new sfn[`${operation}Command`](input));
  assert.equal($metadata.httpStatusCode, 200);
  assert.match($metadata.requestId, /^[0-9a-f-]{36}$/);
  remember(operation, input, answer);
  return answer;
}

const one = (state) => JSON.stringify({ StartAt: 'S', States: { S: state } });
const PASS = one({ Type: 'Pass', Result: { said: 'hello' }, End: true });
const HOUR = one({ Type: 'Wait', Seconds: 3600, End: true });

let created = 0;
async function create(definition, more = {}) {
  const name = more.name ?? `machine-${++created}`;
  return (await call('CreateStateMachine', { name, definition, roleArn: ROLE, ...more })).stateMachineArn;
}

async function eventually(what, condition) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(10)) {
    const value = await condition();
    if (value) return value;
  }
  throw new Error(`did not come to pass: ${what}`);
}

const closed = (executionArn) =>
  eventually('the end of the execution', async () => {
    const description = await call('DescribeExecution', { executionArn });
    return description.status !== 'RUNNING' && description;
  });

// Checks the error's class, its name and its text.
async function refused(name, message, promise) {
  const error = await promise.then(
    () => assert.fail(`${name} was expected`),
    (e) => e,
  );
  assert.equal(error.name, name, error.stack);
  if (sfn[name]) assert.ok(error instanceof sfn[name]);
  assert.ok(error instanceof sfn.SFNServiceException);
  assert.equal(error.$metadata.httpStatusCode, 400);
  if (message instanceof RegExp) assert.match(error.message, message);
  else assert.equal(error.message, message);
}

test('a machine is created, described, updated, listed and deleted', async () => {
  const before = Date.now();
  const { stateMachineArn, creationDate } = await call('CreateStateMachine', { name: 'whole', definition: PASS, roleArn: ROLE });
  assert.equal(stateMachineArn, 'arn:aws:states:us-east-1:123456789012:stateMachine:whole');
  assert.ok(creationDate instanceof Date && Math.abs(creationDate - before) < 60_000);

  const described = await call('DescribeStateMachine', { stateMachineArn });
  assert.deepEqual(
    { ...described, revisionId: undefined },
    {
      stateMachineArn, name: 'whole', status: 'ACTIVE', definition: PASS, roleArn: ROLE, type: 'STANDARD', creationDate,
      loggingConfiguration: { level: 'OFF', includeExecutionData: false }, tracingConfiguration: { enabled: false },
      encryptionConfiguration: { type: 'AWS_OWNED_KEY' }, revisionId: undefined,
    },
  );

  const { updateDate, revisionId } = await call('UpdateStateMachine', { stateMachineArn, definition: HOUR, roleArn: `${ROLE}2` });
  assert.ok(updateDate >= creationDate);
  assert.match(revisionId, /^[0-9a-f-]{36}$/);
  const updated = await call('DescribeStateMachine', { stateMachineArn });
  assert.deepEqual([updated.definition, updated.roleArn, updated.revisionId], [HOUR, `${ROLE}2`, revisionId]);
  const bare = await call('DescribeStateMachine', { stateMachineArn, includedData: 'METADATA_ONLY' });
  assert.equal(bare.definition, '{}');

  assert.ok((await call('ListStateMachines')).stateMachines.some((m) => m.stateMachineArn === stateMachineArn));
  assert.deepEqual(await call('DeleteStateMachine', { stateMachineArn }), {});
  await eventually('the end of the machine', async () =>
    (await call('ListStateMachines')).stateMachines.every((m) => m.stateMachineArn !== stateMachineArn));
  await refused('StateMachineDoesNotExist', `State Machine Does Not Exist: '${stateMachineArn}'`,
    call('DescribeStateMachine', { stateMachineArn }));
});

test('logging, tracing and encryption come back as they were set', async () => {
  const loggingConfiguration = {
    level: 'ALL', includeExecutionData: true, destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: LOG_GROUP } }],
  };
  const stateMachineArn = await create(PASS, {
    loggingConfiguration, tracingConfiguration: { enabled: true }, encryptionConfiguration: KEY,
    tags: [{ key: 'team', value: 'blue' }, { key: 'empty', value: '' }],
  });
  const described = await call('DescribeStateMachine', { stateMachineArn });
  assert.deepEqual(described.loggingConfiguration, loggingConfiguration);
  assert.deepEqual(described.tracingConfiguration, { enabled: true });
  assert.deepEqual(described.encryptionConfiguration, KEY);
  const { executionArn } = await call('StartExecution', { stateMachineArn });

  const otherKey = { ...KEY, kmsDataKeyReusePeriodSeconds: 900 };
  await call('UpdateStateMachine', {
    stateMachineArn, loggingConfiguration: { ...loggingConfiguration, level: 'OFF' }, tracingConfiguration: { enabled: false },
    encryptionConfiguration: otherKey,
  });
  // An execution has what its machine had when it was started.
  const then = await call('DescribeStateMachineForExecution', { executionArn });
  assert.deepEqual(then.loggingConfiguration, loggingConfiguration);
  assert.deepEqual(then.tracingConfiguration, { enabled: true });
  assert.deepEqual(then.encryptionConfiguration, KEY);
  const updated = await call('DescribeStateMachine', { stateMachineArn });
  assert.deepEqual(updated.encryptionConfiguration, otherKey);
  assert.equal(updated.loggingConfiguration.level, 'OFF');
  assert.deepEqual(updated.tracingConfiguration, { enabled: false });
  assert.equal(updated.definition, PASS);
});

test('what is wrong with a machine is refused', async () => {
  const good = { name: 'good', definition: PASS, roleArn: ROLE };
  const refuse = (name, message, change) => refused(name, message, call('CreateStateMachine', { ...good, ...change }));
  await refuse('InvalidName', "Invalid Name: 'a/b'", { name: 'a/b' });
  await refuse('InvalidArn', /^Invalid (Role )?Arn: /, { roleArn: 'not an arn' });
  await refuse('InvalidDefinition', /^Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: /, { definition: 'not json' });
  await refuse('InvalidDefinition', /^Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: /, { definition: '{}' });
  await refuse('ValidationException', /'type' failed to satisfy constraint: Member must satisfy enum value set/, { type: 'SLOW' });
  await refuse('TooManyTags', /./, { tags: Array.from({ length: 51 }, (_, i) => ({ key: `k${i}`, value: '' })) });
  await refuse('InvalidLoggingConfiguration', 'Invalid Logging Configuration: Must specify exactly one Log Destination.',
    { loggingConfiguration: { level: 'ALL' } });
  await refuse('ValidationException', 'Version description can only be set when publish is true', { versionDescription: 'x' });
  await refused('ValidationException', /'name' failed to satisfy constraint/, call('CreateStateMachine', { ...good, name: '' }));
  assert.ok(!(await call('ListStateMachines')).stateMachines.some((m) => m.name === 'good'));
});

test('creating a machine is idempotent', async () => {
  const machine = { name: 'idempotent', definition: PASS, roleArn: ROLE };
  const first = await call('CreateStateMachine', machine);
  assert.deepEqual(await call('CreateStateMachine', { ...machine, roleArn: `${ROLE}2`, tags: [{ key: 'a', value: 'b' }] }), first);
  for (const change of [{ definition: HOUR }, { type: 'EXPRESS' }, { tracingConfiguration: { enabled: true } }]) {
    await refused('StateMachineAlreadyExists', `State Machine Already Exists: '${first.stateMachineArn}'`,
      call('CreateStateMachine', { ...machine, ...change }));
  }
});

test('machines are listed page by page', async () => {
  const made = [];
  for (let i = 0; i < 7; ++i) made.push(await create(PASS));
  const seen = [];
  for await (const page of sfn.paginateListStateMachines({ client, pageSize: 3 }, {})) {
    assert.ok(page.stateMachines.length <= 3);
    seen.push(...page.stateMachines.map((m) => m.stateMachineArn));
  }
  assert.equal(new Set(seen).size, seen.length);
  assert.deepEqual(made.filter((arn) => !seen.includes(arn)), []);
  await refused('InvalidToken', /^Invalid Token: /, call('ListStateMachines', { nextToken: 'made-up' }));
  await refused('ValidationException',
    "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000",
    call('ListStateMachines', { maxResults: 1001 }));
});

test('an execution runs and is described', async () => {
  const stateMachineArn = await create(one({ Type: 'Pass', ResultPath: '$.more', Result: [1, null, 'ü'], End: true }));
  const { executionArn, startDate } = await call('StartExecution', { stateMachineArn, name: 'one', input: '{"b":1,"a":{"z":0}}', traceHeader: 'Root=1-2-3' });
  assert.equal(executionArn, `${stateMachineArn.replace(':stateMachine:', ':execution:')}:one`);
  const description = await closed(executionArn);
  assert.ok(description.stopDate >= startDate);
  assert.deepEqual(description, {
    executionArn, stateMachineArn, name: 'one', status: 'SUCCEEDED', startDate, stopDate: description.stopDate,
    input: '{"b":1,"a":{"z":0}}', inputDetails: { included: true }, output: '{"b":1,"a":{"z":0},"more":[1,null,"ü"]}',
    outputDetails: { included: true }, redriveCount: 0, redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven', traceHeader: 'Root=1-2-3',
  });
  const bare = await call('DescribeExecution', { executionArn, includedData: 'METADATA_ONLY' });
  assert.deepEqual([bare.input, bare.output, bare.status], [undefined, undefined, 'SUCCEEDED']);

  const machine = await call('DescribeStateMachineForExecution', { executionArn });
  assert.deepEqual([machine.stateMachineArn, machine.name, machine.roleArn], [stateMachineArn, stateMachineArn.split(':').pop(), ROLE]);
});

test('starting an execution is idempotent while it runs', async () => {
  const stateMachineArn = await create(HOUR);
  const request = { stateMachineArn, name: 'same', input: '{"a": 1}' };
  const first = await call('StartExecution', request);
  assert.deepEqual(await call('StartExecution', request), first);
  const taken = `Execution Already Exists: '${first.executionArn}'`;
  await refused('ExecutionAlreadyExists', taken, call('StartExecution', { ...request, input: '{"a":1}' })); // as text
  await refused('ExecutionAlreadyExists', taken, call('StartExecution', { ...request, input: undefined }));
  await call('StopExecution', { executionArn: first.executionArn });
  await refused('ExecutionAlreadyExists', taken, call('StartExecution', request));
});

test('what is wrong with a start is refused', async () => {
  const stateMachineArn = await create(PASS);
  await refused('InvalidExecutionInput', /^Invalid State Machine Execution Input: 'Unrecognized token 'not'/,
    call('StartExecution', { stateMachineArn, input: 'not json' }));
  await refused('InvalidName', "Invalid Name: 'a b'", call('StartExecution', { stateMachineArn, name: 'a b' }));
  const nobody = `${stateMachineArn}-not`;
  await refused('StateMachineDoesNotExist', `State Machine Does Not Exist: '${nobody}'`, call('StartExecution', { stateMachineArn: nobody }));
  await refused('InvalidArn', "Invalid Arn: 'Invalid ARN prefix: nothing'", call('StartExecution', { stateMachineArn: 'nothing' }));
  const large = JSON.stringify('x'.repeat(262_144));
  await refused('ValidationException', /'input' failed to satisfy constraint/, call('StartExecution', { stateMachineArn, input: large }));
});

test('an execution is stopped', async () => {
  const { executionArn } = await call('StartExecution', { stateMachineArn: await create(HOUR) });
  const { stopDate } = await call('StopExecution', { executionArn, error: 'Enough', cause: 'of this' });
  const description = await call('DescribeExecution', { executionArn });
  assert.deepEqual([description.status, description.error, description.cause, description.stopDate], ['ABORTED', 'Enough', 'of this', stopDate]);
  assert.deepEqual([description.output, description.redriveStatus], [undefined, 'REDRIVABLE']);
  assert.deepEqual((await call('StopExecution', { executionArn })).stopDate, stopDate);
  const { events } = await call('GetExecutionHistory', { executionArn });
  assert.deepEqual(events.map((e) => [e.id, e.previousEventId, e.type]),
    [[1, 0, 'ExecutionStarted'], [2, 0, 'WaitStateEntered'], [3, 0, 'ExecutionAborted']]);
  assert.deepEqual(events[2].executionAbortedEventDetails, { error: 'Enough', cause: 'of this' });
  await refused('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}x'`, call('StopExecution', { executionArn: `${executionArn}x` }));
});

test('an execution is redriven', async () => {
  const stateMachineArn = await create(HOUR);
  const { executionArn } = await call('StartExecution', { stateMachineArn, name: 'redriven' });
  await refused('ExecutionNotRedrivable', 'Execution is RUNNING and cannot be redriven', call('RedriveExecution', { executionArn }));
  await call('StopExecution', { executionArn });
  // Without a token of the caller's the client makes one up.
  const first = await call('RedriveExecution', { executionArn });
  const description = await call('DescribeExecution', { executionArn });
  assert.deepEqual([description.status, description.redriveCount, description.stopDate, description.error], ['RUNNING', 1, undefined, undefined]);
  assert.deepEqual(description.redriveDate, first.redriveDate);
  const [listed] = (await call('ListExecutions', { stateMachineArn, statusFilter: 'RUNNING' })).executions;
  assert.deepEqual([listed.redriveCount, listed.redriveDate], [1, first.redriveDate]);
  await call('StopExecution', { executionArn });
  const clientToken = 'once-and-once-only';
  const again = await call('RedriveExecution', { executionArn, clientToken });
  await call('StopExecution', { executionArn });
  assert.deepEqual(await call('RedriveExecution', { executionArn, clientToken }), again);
  assert.deepEqual([(await call('DescribeExecution', { executionArn })).redriveCount], [2]);
  const { events } = await call('GetExecutionHistory', { executionArn });
  assert.deepEqual(events.map((e) => e.type), ['ExecutionStarted', 'WaitStateEntered', 'ExecutionAborted', 'ExecutionRedriven',
    'ExecutionAborted', 'ExecutionRedriven', 'ExecutionAborted']);
  assert.deepEqual(events[5].executionRedrivenEventDetails, { redriveCount: 2 });
  const { executionArn: done } = await call('StartExecution', { stateMachineArn: await create(PASS) });
  await closed(done);
  await refused('ExecutionNotRedrivable', 'Execution is SUCCEEDED and cannot be redriven', call('RedriveExecution', { executionArn: done }));
  await refused('ExecutionDoesNotExist', `Execution Does Not Exist: '${done}x'`, call('RedriveExecution', { executionArn: `${done}x` }));
});

test('a Map Run is redriven with its execution', async () => {
  const stateMachineArn = await create(one({
    Type: 'Map', Label: 'redriven', MaxConcurrency: 1, ToleratedFailureCount: 1, End: true,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, StartAt: 'W',
      States: { W: { Type: 'Wait', Seconds: 3600, End: true } },
    },
  }));
  const { executionArn } = await call('StartExecution', { stateMachineArn, input: '[1,2]' });
  const { mapRunArn } = await eventually('a Map Run', async () => (await call('ListMapRuns', { executionArn })).mapRuns[0]);
  const children = async (filter) => (await call('ListExecutions', { mapRunArn, ...filter })).executions;
  for (let stopped = 0; stopped < 2; ++stopped) {
    const child = await eventually('a child that runs', async () => (await children({ statusFilter: 'RUNNING' }))[0]);
    await call('StopExecution', { executionArn: child.executionArn });
  }
  assert.equal((await closed(executionArn)).error, 'States.ExceedToleratedFailureThreshold');
  const [{ executionArn: child }] = await children();
  assert.equal((await call('DescribeExecution', { executionArn: child })).redriveStatus, 'REDRIVABLE_BY_MAP_RUN');
  await refused('ExecutionNotRedrivable', /Map Run/, call('RedriveExecution', { executionArn: child }));

  const { redriveDate } = await call('RedriveExecution', { executionArn });
  const waiting = await eventually('a child that waits', async () => {
    const listed = await children({ statusFilter: 'PENDING_REDRIVE' });
    return listed.length === 1 && (await children({ redriveFilter: 'REDRIVEN' })).length === 1 && listed[0];
  });
  assert.equal((await call('DescribeExecution', { executionArn: waiting.executionArn })).status, 'PENDING_REDRIVE');
  assert.equal((await children({ redriveFilter: 'NOT_REDRIVEN' }))[0].executionArn, waiting.executionArn);
  const run = await call('DescribeMapRun', { mapRunArn });
  assert.deepEqual([run.status, run.redriveCount, run.redriveDate], ['RUNNING', 1, redriveDate]);
  const { running, aborted, pendingRedrive, total } = run.executionCounts;
  assert.deepEqual([running, aborted, pendingRedrive, total].map(Number), [1, 0, 1, 2]);
  await call('UpdateMapRun', { mapRunArn, maxConcurrency: 2 });
  await eventually('both run', async () => (await children({ statusFilter: 'RUNNING' })).length === 2);
  await call('StopExecution', { executionArn });
  await eventually('the end of the Map Run', async () => (await call('DescribeMapRun', { mapRunArn })).status === 'ABORTED');
  const { events } = await call('GetExecutionHistory', { executionArn });
  const { mapRunRedrivenEventDetails } = events.find((e) => e.type === 'MapRunRedriven');
  assert.deepEqual(mapRunRedrivenEventDetails, { mapRunArn, redriveCount: 1 });
});

test('a child whose history is full is counted, and not redriven', async () => {
  const stateMachineArn = await create(one({
    Type: 'Map', Label: 'full', End: true,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, StartAt: 'Round',
      States: {
        Round: { Type: 'Choice', Choices: [{ Variable: '$', NumericEquals: 0, Next: 'Out' }], Default: 'Again' },
        Again: { Type: 'Pass', Next: 'Round' },
        Out: { Type: 'Succeed' },
      },
    },
  }));
  const { executionArn } = await call('StartExecution', { stateMachineArn, input: '[1]' });
  await closed(executionArn);
  const [{ mapRunArn }] = (await call('ListMapRuns', { executionArn })).mapRuns;
  assert.equal((await call('DescribeMapRun', { mapRunArn })).executionCounts.failuresNotRedrivable, undefined);
  await call('RedriveExecution', { executionArn });
  const run = await eventually('the end of the redrive', async () => {
    const described = await call('DescribeMapRun', { mapRunArn });
    return described.status === 'FAILED' && described;
  });
  assert.equal(Number(run.executionCounts.failuresNotRedrivable), 1);
  assert.equal(Number(run.itemCounts.failuresNotRedrivable), 1);
});

test('executions are listed newest first, by status and page by page', async () => {
  const stateMachineArn = await create(one({ Type: 'Wait', SecondsPath: '$.seconds', End: true }));
  const names = [];
  for (const [i, seconds] of [0, 3600, 0, 3600, 0].entries()) {
    names.unshift(`e${i}`);
    const { executionArn } = await call('StartExecution', { stateMachineArn, name: `e${i}`, input: JSON.stringify({ seconds }) });
    if (!seconds) await closed(executionArn);
  }
  const listed = async (more) => {
    const found = [];
    for await (const page of sfn.paginateListExecutions({ client, pageSize: 2 }, { stateMachineArn, ...more })) {
      assert.ok(page.executions.length <= 2);
      found.push(...page.executions);
    }
    return found;
  };
  const all = await listed({});
  assert.deepEqual(all.map((e) => e.name), names);
  assert.deepEqual(Object.keys(all[0]).sort(), ['executionArn', 'name', 'startDate', 'stateMachineArn', 'status', 'stopDate']
    .concat(all[0].redriveCount === undefined ? [] : ['redriveCount']).sort());
  assert.equal(all[1].stopDate, undefined);
  assert.deepEqual((await listed({ statusFilter: 'RUNNING' })).map((e) => e.name), ['e3', 'e1']);
  assert.deepEqual((await listed({ statusFilter: 'SUCCEEDED' })).map((e) => e.name), ['e4', 'e2', 'e0']);
  assert.deepEqual(await listed({ statusFilter: 'FAILED' }), []);
  await refused('ValidationException', /'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: \[/,
    call('ListExecutions', { stateMachineArn, statusFilter: 'TIRED' }));
});

test('a long history comes in pages, forwards and backwards, with and without data', async () => {
  const stateMachineArn = await create(JSON.stringify({
    StartAt: 'Each',
    States: {
      Each: {
        Type: 'Map', End: true, MaxConcurrency: 1,
        ItemProcessor: { StartAt: 'One', States: { One: { Type: 'Pass', End: true } } },
      },
    },
  }));
  const input = JSON.stringify(Array.from({ length: 300 }, (_, i) => i));
  const { executionArn } = await call('StartExecution', { stateMachineArn, input });
  assert.equal((await closed(executionArn)).output, input);
  const pages = async (pageSize, more = {}) => {
    const events = [];
    for await (const page of sfn.paginateGetExecutionHistory({ client, pageSize }, { executionArn, ...more })) {
      assert.ok(page.events.length <= pageSize);
      events.push(...page.events);
    }
    return events;
  };
  const events = await pages(1000);
  assert.equal(events.length, 1 + 2 + 300 * 4 + 2 + 1);
  assert.deepEqual(events.map((e) => e.id), events.map((_, i) => i + 1));
  assert.deepEqual(await pages(37), events);
  assert.deepEqual(await pages(100, { reverseOrder: true }), [...events].reverse());
  const bare = await pages(1000, { includeExecutionData: false });
  assert.deepEqual(bare.map((e) => [e.id, e.type]), events.map((e) => [e.id, e.type]));
  assert.equal(bare[1].stateEnteredEventDetails.input, undefined);
  assert.equal(bare[1].stateEnteredEventDetails.name, 'Each');
  await refused('InvalidToken', /^Invalid Token: /, call('GetExecutionHistory', { executionArn, nextToken: 'made-up' }));
});

test('a synchronous Express execution answers with its outcome', async () => {
  const express = (state) => create(one(state), { type: 'EXPRESS' });
  const stateMachineArn = await express({ Type: 'Pass', End: true });
  const answer = await call('StartSyncExecution', { stateMachineArn, input: '{"n":1}' });
  assert.deepEqual([answer.status, answer.input, answer.output, answer.stateMachineArn], ['SUCCEEDED', '{"n":1}', '{"n":1}', stateMachineArn]);
  assert.match(answer.executionArn, new RegExp(`:express:${stateMachineArn.split(':').pop()}:${answer.name}:[0-9a-f-]{36}$`));
  assert.deepEqual([answer.inputDetails, answer.outputDetails], [{ included: true }, { included: true }]);
  assert.equal(answer.billingDetails.billedMemoryUsedInMB, 64);
  assert.ok(answer.billingDetails.billedDurationInMilliseconds % 100 === 0);
  assert.ok(answer.stopDate >= answer.startDate);

  const failed = await call('StartSyncExecution', { stateMachineArn: await express({ Type: 'Fail', Error: 'Broken', Cause: 'it is' }) });
  assert.deepEqual([failed.status, failed.error, failed.cause, failed.output], ['FAILED', 'Broken', 'it is', undefined]);

  const late = await create(JSON.stringify({ StartAt: 'S', TimeoutSeconds: 1, States: { S: { Type: 'Wait', Seconds: 60, End: true } } }), { type: 'EXPRESS' });
  assert.equal((await call('StartSyncExecution', { stateMachineArn: late })).status, 'TIMED_OUT');

  await refused('StateMachineTypeNotSupported', /./, call('StartSyncExecution', { stateMachineArn: await create(PASS) }));
  await refused('InvalidExecutionInput', /./, call('StartSyncExecution', { stateMachineArn, input: '{' }));
});

test('Express executions are started but not described', async () => {
  const stateMachineArn = await create(PASS, { type: 'EXPRESS' });
  const request = { stateMachineArn, name: 'same' };
  const [first, second] = [await call('StartExecution', request), await call('StartExecution', request)];
  assert.notEqual(first.executionArn, second.executionArn); // never idempotent
  const { executionArn } = first;
  const express = "Invalid Arn: 'Resource type not valid in this context: express'";
  await refused('InvalidArn', express, call('DescribeExecution', { executionArn }));
  await refused('InvalidArn', express, call('GetExecutionHistory', { executionArn }));
  await refused('InvalidArn', express, call('StopExecution', { executionArn }));
  await refused('StateMachineTypeNotSupported', /./, call('ListExecutions', { stateMachineArn }));
});

// Starts an execution that waits for a token, and gets the token that its function left in a file.
let parked = 0;
async function park(more = {}) {
  const stateMachineArn = await create(one({
    Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', End: true,
    Parameters: { FunctionName: 'park', Payload: { 'file.$': '$.file', 'token.$': '$$.Task.Token' } }, ...more,
  }));
  const file = path.join(folder, `token-${++parked}`);
  const { executionArn } = await call('StartExecution', { stateMachineArn, input: JSON.stringify({ file }) });
  await eventually('the token', () => existsSync(file));
  await eventually('TaskSubmitted', async () =>
    (await call('GetExecutionHistory', { executionArn })).events.some((e) => e.type === 'TaskSubmitted'));
  return { executionArn, taskToken: readFileSync(file, 'utf8') };
}

test('a task token succeeds', async () => {
  const { executionArn, taskToken } = await park();
  assert.ok(taskToken.length <= 2048);
  assert.deepEqual(await call('SendTaskHeartbeat', { taskToken }), {});
  await refused('InvalidOutput', /^Invalid Output: /, call('SendTaskSuccess', { taskToken, output: 'not json' }));
  assert.deepEqual(await call('SendTaskSuccess', { taskToken, output: '{"by": "hand"}' }), {});
  assert.deepEqual(JSON.parse((await closed(executionArn)).output), { by: 'hand' });
  await refused('TaskTimedOut', /^Task Timed Out: /, call('SendTaskSuccess', { taskToken, output: '1' }));
  await refused('TaskTimedOut', /^Task Timed Out: /, call('SendTaskHeartbeat', { taskToken }));
});

test('a task token fails', async () => {
  const { executionArn, taskToken } = await park();
  await call('SendTaskFailure', { taskToken, error: 'Refused', cause: 'no time' });
  const { status, error, cause } = await closed(executionArn);
  assert.deepEqual([status, error, cause], ['FAILED', 'Refused', 'no time']);
  await refused('TaskTimedOut', /^Task Timed Out: /, call('SendTaskFailure', { taskToken }));
});

test('heartbeats keep a task alive, and their end is its end', async () => {
  const { executionArn, taskToken } = await park({ HeartbeatSeconds: 2 });
  const until = Date.now() + 4000;
  while (Date.now() < until) {
    await call('SendTaskHeartbeat', { taskToken });
    await sleep(100);
  }
  assert.equal((await call('DescribeExecution', { executionArn })).status, 'RUNNING');
  const description = await closed(executionArn);
  assert.deepEqual([description.status, description.error], ['FAILED', 'States.Timeout']);
  await refused('TaskTimedOut', /^Task Timed Out: /, call('SendTaskHeartbeat', { taskToken }));
});

test('tokens that were never made are invalid', async () => {
  for (const taskToken of ['made-up', 'A'.repeat(2048)]) {
    const invalid = "Invalid Token: 'Invalid token'";
    await refused('InvalidToken', invalid, call('SendTaskSuccess', { taskToken, output: '{}' }));
    await refused('InvalidToken', invalid, call('SendTaskFailure', { taskToken }));
    await refused('InvalidToken', invalid, call('SendTaskHeartbeat', { taskToken }));
  }
});

test('a function is retried and its history shows it', async () => {
  const stateMachineArn = await create(one({
    Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:123456789012:function:flaky', End: true,
    Retry: [{ ErrorEquals: ['Flaky'], IntervalSeconds: 1, MaxAttempts: 2 }],
  }));
  const { executionArn } = await call('StartExecution', {
    stateMachineArn, input: JSON.stringify({ count: path.join(folder, 'count'), failures: 1 }),
  });
  assert.deepEqual(JSON.parse((await closed(executionArn)).output), { calls: 2 });
  const { events } = await call('GetExecutionHistory', { executionArn });
  assert.deepEqual(events.map((e) => e.type), [
    'ExecutionStarted', 'TaskStateEntered', 'LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionFailed',
    'LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionSucceeded', 'TaskStateExited', 'ExecutionSucceeded',
  ]);
  assert.equal(events[4].lambdaFunctionFailedEventDetails.error, 'Flaky');
  assert.equal(JSON.parse(events[4].lambdaFunctionFailedEventDetails.cause).errorMessage, 'call 1');
});

test('a running execution ends when its machine is deleted', async () => {
  const stateMachineArn = await create(JSON.stringify({
    StartAt: 'Wait',
    States: {
      Wait: { Type: 'Wait', Seconds: 1, Next: 'Again?' },
      'Again?': { Type: 'Choice', Choices: [{ Variable: '$.done', IsPresent: true, Next: 'Done' }], Default: 'Wait' },
      Done: { Type: 'Succeed' },
    },
  }));
  await call('StartExecution', { stateMachineArn, name: 'running' });
  await call('DeleteStateMachine', { stateMachineArn });
  await eventually('the end of the machine', async () => {
    const start = await call('StartExecution', { stateMachineArn }).catch((error) => error.name);
    assert.ok(['StateMachineDeleting', 'StateMachineDoesNotExist'].includes(start), start);
    return start === 'StateMachineDoesNotExist';
  });
  await refused('StateMachineDoesNotExist', `State Machine Does Not Exist: '${stateMachineArn}'`, call('DescribeStateMachine', { stateMachineArn }));
});

// --- activities

const activityMachine = (activityArn, more = {}) => create(one({ Type: 'Task', Resource: activityArn, End: true, ...more }));
const activity = async (name) => (await call('CreateActivity', { name })).activityArn;

test('an activity is created, described, listed and deleted', async () => {
  const { activityArn, creationDate } = await call('CreateActivity', {
    name: 'whole', tags: [{ key: 'team', value: 'blue' }], encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
  });
  assert.equal(activityArn, 'arn:aws:states:us-east-1:123456789012:activity:whole');
  assert.deepEqual(await call('DescribeActivity', { activityArn }), {
    activityArn, name: 'whole', creationDate, encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
  });
  const { activities } = await call('ListActivities', { maxResults: 1000 });
  assert.deepEqual(activities.find((a) => a.name === 'whole'), { activityArn, name: 'whole', creationDate });
  await call('DeleteActivity', { activityArn });
  await refused('ActivityDoesNotExist', `Activity Does Not Exist: '${activityArn}'`, call('DescribeActivity', { activityArn }));
});

test('pollers are served in the order in which they came', async () => {
  const activityArn = await activity('order');
  const stateMachineArn = await activityMachine(activityArn);
  const polls = [];
  for (let i = 0; i < 5; ++i) {
    polls.push(call('GetActivityTask', { activityArn, workerName: `w${i}` }));
    await sleep(50); // they go over connections of their own
  }
  for (let i = 0; i < 5; ++i) {
    await call('StartExecution', { stateMachineArn, input: JSON.stringify({ i }) });
    assert.deepEqual(JSON.parse((await polls[i]).input), { i });
  }
});

test('a poller that has gone loses no task', async () => {
  const activityArn = await activity('gone');
  const stateMachineArn = await activityMachine(activityArn);
  const leave = new AbortController();
  const gone = client.send(new sfn.GetActivityTaskCommand({ activityArn }), { abortSignal: leave.signal });
  await sleep(200);
  leave.abort();
  await assert.rejects(gone);
  await sleep(200); // the server sees the connection end
  const { executionArn } = await call('StartExecution', { stateMachineArn });
  const { taskToken } = await call('GetActivityTask', { activityArn });
  await call('SendTaskSuccess', { taskToken, output: '"taken"' });
  assert.equal((await closed(executionArn)).output, '"taken"');
});

test('a worker reports a failure', async () => {
  const activityArn = await activity('failing');
  const { executionArn } = await call('StartExecution', { stateMachineArn: await activityMachine(activityArn) });
  const { taskToken } = await call('GetActivityTask', { activityArn });
  await call('SendTaskFailure', { taskToken, error: 'Broken', cause: 'because' });
  const description = await closed(executionArn);
  assert.deepEqual([description.status, description.error, description.cause], ['FAILED', 'Broken', 'because']);
});

// --- calls to the service itself

test('a machine is the worker of an activity', async () => {
  const activityArn = await activity('served');
  const worker = await create(JSON.stringify({
    StartAt: 'Poll',
    States: {
      Poll: {
        Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:sfn:getActivityTask', Next: 'Report',
        Parameters: { 'ActivityArn.$': '$.activity', WorkerName: 'machine' },
      },
      Report: {
        Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:sfn:sendTaskSuccess', End: true,
        Parameters: { 'TaskToken.$': '$.TaskToken', 'Output.$': '$.Input' },
      },
    },
  }));
  await call('StartExecution', { stateMachineArn: worker, input: JSON.stringify({ activity: activityArn }) });
  const { executionArn } = await call('StartExecution', { stateMachineArn: await activityMachine(activityArn), input: '{"n":7}' });
  assert.deepEqual(JSON.parse((await closed(executionArn)).output), { n: 7 });
});

const nested = (suffix, stateMachineArn, more = {}) =>
  create(one({
    Type: 'Task', Resource: `arn:aws:states:::states:startExecution${suffix}`, End: true,
    Parameters: { StateMachineArn: stateMachineArn, ...more },
  }));
const run = async (stateMachineArn) => closed((await call('StartExecution', { stateMachineArn })).executionArn);

test('a nested execution gives its output as text or as JSON', async () => {
  const child = await create(PASS);
  const text = JSON.parse((await run(await nested('.sync', child))).output);
  assert.equal(text.Output, '{"said":"hello"}');
  assert.equal(text.Status, 'SUCCEEDED');
  const parsed = JSON.parse((await run(await nested('.sync:2', child))).output);
  assert.deepEqual(parsed.Output, { said: 'hello' });
  const started = JSON.parse((await run(await nested('', child))).output);
  assert.match(started.ExecutionArn, /:execution:machine-/);
  assert.equal(started.SdkHttpMetadata.HttpStatusCode, 200);
});

test('a nested execution that fails fails its parent', async () => {
  const child = await create(one({ Type: 'Fail', Error: 'Broken', Cause: 'because' }));
  const { error, cause } = await run(await nested('.sync', child));
  assert.equal(error, 'States.TaskFailed');
  const { Error, Cause, Status } = JSON.parse(cause);
  assert.deepEqual([Error, Cause, Status], ['Broken', 'because', 'FAILED']);
});

test('a nested execution is stopped with its parent', async () => {
  const child = await create(HOUR);
  const { executionArn } = await call('StartExecution', { stateMachineArn: await nested('.sync', child) });
  const of = async () => (await call('ListExecutions', { stateMachineArn: child })).executions;
  const [{ executionArn: inner }] = await eventually('the child', async () => {
    const executions = await of();
    return executions.length > 0 && executions;
  });
  await call('StopExecution', { executionArn });
  assert.equal((await closed(inner)).status, 'ABORTED');
});

test('a nested execution reports by its token', async () => {
  const child = await create(one({
    Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:sfn:sendTaskSuccess', End: true,
    Parameters: { 'TaskToken.$': '$.token', Output: { reported: true } },
  }));
  const parent = await nested('.waitForTaskToken', child, {
    Input: { 'token.$': '$$.Task.Token', 'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$': '$$.Execution.Id' },
  });
  assert.deepEqual(JSON.parse((await run(parent)).output), { reported: true });
});

test('nobody waits for a nested Express execution', async () => {
  const child = await create(PASS, { type: 'EXPRESS' });
  const { error } = await run(await nested('.sync', child));
  assert.equal(error, 'StepFunctions.StateMachineTypeNotSupportedException');
  assert.equal((await run(await nested('', child))).status, 'SUCCEEDED');
});

test('what has no endpoint fails with the name of what is missing', async () => {
  const { error, cause } = await run(await create(one({
    Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:s3:listBuckets', Parameters: {}, End: true,
    Catch: [{ ErrorEquals: ['States.ALL'], Next: 'S' }],
  })));
  assert.equal(error, 'States.Runtime');
  assert.match(cause, /no endpoint for the service 's3': say where it is with --endpoint s3=URL/);
});

test('versions are published, described, run, listed and deleted', async () => {
  const made = await call('CreateStateMachine', {
    name: 'versioned', definition: PASS, roleArn: ROLE, publish: true, versionDescription: 'the first',
  });
  const { stateMachineArn } = made;
  assert.equal(made.stateMachineVersionArn, `${stateMachineArn}:1`);
  const first = await call('DescribeStateMachine', { stateMachineArn: made.stateMachineVersionArn });
  assert.deepEqual([first.stateMachineArn, first.description, first.definition], [`${stateMachineArn}:1`, 'the first', PASS]);

  const updated = await call('UpdateStateMachine', {
    stateMachineArn, definition: one({ Type: 'Succeed' }), publish: true, versionDescription: 'the second',
  });
  assert.equal(updated.stateMachineVersionArn, `${stateMachineArn}:2`);
  const again = await call('PublishStateMachineVersion', { stateMachineArn, revisionId: updated.revisionId, description: 'no other' });
  assert.equal(again.stateMachineVersionArn, `${stateMachineArn}:2`);
  await refused('ConflictException', /^Failed to publish the State Machine version for revision INITIAL\. /,
    call('PublishStateMachineVersion', { stateMachineArn, revisionId: 'INITIAL' }));

  const { executionArn } = await call('StartExecution', { stateMachineArn: `${stateMachineArn}:1` });
  const ran = await closed(executionArn);
  assert.deepEqual([ran.stateMachineArn, ran.stateMachineVersionArn, ran.output],
    [stateMachineArn, `${stateMachineArn}:1`, '{"said":"hello"}']);
  const { events } = await call('GetExecutionHistory', { executionArn });
  assert.equal(events[0].executionStartedEventDetails.stateMachineVersionArn, `${stateMachineArn}:1`);
  const then = await call('DescribeStateMachineForExecution', { executionArn, includedData: 'ALL_DATA' });
  assert.equal(then.definition, PASS);

  const page = await call('ListStateMachineVersions', { stateMachineArn, maxResults: 1 });
  assert.deepEqual(page.stateMachineVersions.map((v) => v.stateMachineVersionArn), [`${stateMachineArn}:2`]);
  const rest = await call('ListStateMachineVersions', { stateMachineArn, nextToken: page.nextToken });
  assert.deepEqual(rest.stateMachineVersions.map((v) => v.stateMachineVersionArn), [`${stateMachineArn}:1`]);
  await call('DeleteStateMachineVersion', { stateMachineVersionArn: `${stateMachineArn}:1` });
  await refused('StateMachineDoesNotExist', `State Machine Does Not Exist: '${stateMachineArn}:1'`,
    call('StartExecution', { stateMachineArn: `${stateMachineArn}:1` }));
});

test('aliases route starts to versions', async () => {
  const { stateMachineArn, stateMachineVersionArn } = await call('CreateStateMachine', {
    name: 'aliased', definition: PASS, roleArn: ROLE, publish: true,
  });
  const second = (await call('UpdateStateMachine', { stateMachineArn, definition: HOUR, publish: true })).stateMachineVersionArn;
  const to = (...routes) => routes.map(([arn, weight]) => ({ stateMachineVersionArn: arn, weight }));
  const { stateMachineAliasArn, creationDate } = await call('CreateStateMachineAlias', {
    name: 'PROD', description: 'what customers use', routingConfiguration: to([stateMachineVersionArn, 100], [second, 0]),
  });
  assert.equal(stateMachineAliasArn, `${stateMachineArn}:PROD`);
  assert.deepEqual(await call('DescribeStateMachineAlias', { stateMachineAliasArn }), {
    stateMachineAliasArn, name: 'PROD', description: 'what customers use', creationDate, updateDate: creationDate,
    routingConfiguration: to([stateMachineVersionArn, 100], [second, 0]),
  });

  const { executionArn } = await call('StartExecution', { stateMachineArn: stateMachineAliasArn });
  const ran = await closed(executionArn);
  assert.deepEqual([ran.stateMachineAliasArn, ran.stateMachineVersionArn], [stateMachineAliasArn, stateMachineVersionArn]);
  const { events } = await call('GetExecutionHistory', { executionArn });
  assert.equal(events[0].executionStartedEventDetails.stateMachineAliasArn, stateMachineAliasArn);
  const { executions } = await call('ListExecutions', { stateMachineArn: stateMachineAliasArn });
  assert.deepEqual(executions.map((e) => [e.executionArn, e.stateMachineAliasArn, e.stateMachineVersionArn]),
    [[executionArn, stateMachineAliasArn, stateMachineVersionArn]]);

  await refused('ConflictException', /^Version to be deleted must not be referenced by an alias\. .*: \[PROD\]$/,
    call('DeleteStateMachineVersion', { stateMachineVersionArn }));
  const { updateDate } = await call('UpdateStateMachineAlias', {
    stateMachineAliasArn, description: 'later', routingConfiguration: to([second, 100]),
  });
  assert.ok(updateDate >= creationDate);
  await call('CreateStateMachineAlias', { name: 'TEST', routingConfiguration: to([second, 100]) });
  const page = await call('ListStateMachineAliases', { stateMachineArn, maxResults: 1 });
  assert.deepEqual(page.stateMachineAliases.map((a) => a.stateMachineAliasArn), [stateMachineAliasArn]);
  const rest = await call('ListStateMachineAliases', { stateMachineArn, nextToken: page.nextToken });
  assert.deepEqual(rest.stateMachineAliases.map((a) => a.stateMachineAliasArn), [`${stateMachineArn}:TEST`]);
  await call('DeleteStateMachineAlias', { stateMachineAliasArn });
  await refused('ResourceNotFound', 'Request references a resource that does not exist.',
    call('DescribeStateMachineAlias', { stateMachineAliasArn }));
});

test('tags are added, listed and removed', async () => {
  const resourceArn = await create(PASS, { tags: [{ key: 'a', value: '1' }] });
  await call('TagResource', { resourceArn, tags: [{ key: 'b', value: '2' }] });
  assert.deepEqual((await call('ListTagsForResource', { resourceArn })).tags, [{ key: 'a', value: '1' }, { key: 'b', value: '2' }]);
  await call('UntagResource', { resourceArn, tagKeys: ['a'] });
  assert.deepEqual((await call('ListTagsForResource', { resourceArn })).tags, [{ key: 'b', value: '2' }]);
  await refused('ResourceNotFound', `Resource not found: '${resourceArn}x'`,
    call('TagResource', { resourceArn: `${resourceArn}x`, tags: [] }));
});

test('a trace header and what is left out come back with an execution', async () => {
  const stateMachineArn = await create(PASS);
  const traceHeader = 'Root=1-5e1b4151-5ac6c58a0000000000000000;Sampled=1';
  const { executionArn } = await call('StartExecution', { stateMachineArn, traceHeader });
  await closed(executionArn);
  assert.equal((await call('DescribeExecution', { executionArn })).traceHeader, traceHeader);
  const bare = await call('DescribeExecution', { executionArn, includedData: 'METADATA_ONLY' });
  assert.deepEqual([bare.input, bare.inputDetails, bare.output], [undefined, { included: false }, undefined]);
  const express = await create(PASS, { type: 'EXPRESS' });
  const ended = await call('StartSyncExecution', { stateMachineArn: express, traceHeader, includedData: 'METADATA_ONLY' });
  assert.deepEqual([ended.traceHeader, ended.output], [traceHeader, undefined]);
});

test('a definition is validated', async () => {
  const checked = await call('ValidateStateMachineDefinition', {
    definition: '{"States":{}}', type: 'STANDARD', severity: 'ERROR', maxResults: 1,
  });
  assert.equal(checked.result, 'FAIL');
  assert.equal(checked.diagnostics.length, 1);
  assert.ok(checked.diagnostics[0].code && checked.diagnostics[0].message && checked.diagnostics[0].location);
  assert.deepEqual(await call('ValidateStateMachineDefinition', { definition: PASS }), { result: 'OK', diagnostics: [], truncated: false });
});

test('a state is tested', async () => {
  const tested = await call('TestState', {
    definition: JSON.stringify({ Type: 'Pass', Result: { said: 'hello' }, Next: 'Other' }), roleArn: ROLE, input: '{}', inspectionLevel: 'INFO',
  });
  assert.deepEqual(tested, { output: '{"said":"hello"}', nextState: 'Other', status: 'SUCCEEDED' });
});

test('lists and histories go on where a page ended', async () => {
  const stateMachineArn = await create(PASS);
  const executions = [];
  for (let i = 0; i < 2; i += 1) executions.push((await call('StartExecution', { stateMachineArn })).executionArn);
  await Promise.all(executions.map(closed));
  const pages = async (operation, input, list) => {
    const first = await call(operation, { ...input, maxResults: 1 });
    const second = await call(operation, { ...input, maxResults: 1, nextToken: first.nextToken });
    return [...first[list], ...second[list]];
  };
  const listed = await pages('ListExecutions', { stateMachineArn, statusFilter: 'SUCCEEDED' }, 'executions');
  assert.deepEqual(listed.map((e) => e.executionArn).sort(), executions.sort());
  const history = { executionArn: executions[0], reverseOrder: true, includeExecutionData: false };
  assert.deepEqual((await pages('GetExecutionHistory', history, 'events')).map((e) => e.id), [4, 3]);
  await create(PASS);
  assert.equal((await pages('ListStateMachines', {}, 'stateMachines')).length, 2);
  for (const name of ['page-a', 'page-b']) await call('CreateActivity', { name });
  assert.equal((await pages('ListActivities', {}, 'activities')).length, 2);
});

test('an execution and an activity show what they were made with', async () => {
  const stateMachineArn = await create(PASS);
  await call('UpdateStateMachine', { stateMachineArn, definition: JSON.stringify({ ...JSON.parse(PASS), Comment: 'new' }) });
  const { executionArn } = await call('StartExecution', { stateMachineArn });
  const { revisionId } = await call('DescribeStateMachine', { stateMachineArn });
  assert.equal((await call('DescribeStateMachineForExecution', { executionArn })).revisionId, revisionId);
  const express = await create(PASS, { type: 'EXPRESS' });
  assert.equal((await call('StartSyncExecution', { stateMachineArn: express, name: 'named' })).name, 'named');
  const encryptionConfiguration = {
    type: 'CUSTOMER_MANAGED_KMS_KEY', kmsKeyId: 'arn:aws:kms:us-east-1:123456789012:key/1', kmsDataKeyReusePeriodSeconds: 600,
  };
  const { activityArn } = await call('CreateActivity', { name: 'encrypted', encryptionConfiguration });
  assert.deepEqual((await call('DescribeActivity', { activityArn })).encryptionConfiguration, encryptionConfiguration);
});

test('descriptions say which state reads which variable', async () => {
  const definition = JSON.stringify({ StartAt: 'A', States: {
    A: { Type: 'Pass', Assign: { total: 1 }, Next: 'B' },
    B: { Type: 'Pass', Parameters: { 'twice.$': 'States.Array($total, $total)' }, End: true },
  } });
  const stateMachineArn = await create(definition);
  const { executionArn } = await call('StartExecution', { stateMachineArn });
  assert.equal((await closed(executionArn)).output, '{"twice":[1,1]}');
  for (const [operation, input] of [
    ['DescribeStateMachine', { stateMachineArn }], ['DescribeStateMachineForExecution', { executionArn }],
  ]) {
    assert.deepEqual((await call(operation, input)).variableReferences, { B: ['total'] });
  }
});

// A distributed Map over its own input; `state` is what each child does.
const mapOf = (state, more = {}) => one({
  Type: 'Map', Label: 'Each', End: true, ...more,
  ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, StartAt: 'P', States: { P: { End: true, ...state } } },
});
const sum = ({ pending, running, succeeded, failed, timedOut, aborted }) => pending + running + succeeded + failed + timedOut + aborted;

// What a test of a user's own does: sets its mocks, starts its test case by the ARN, and reads what the tasks were asked.
const admin = (method, place, body) =>
  fetch(`${process.env.STEPWELL_ENDPOINT}/_stepwell/${place}`, { method, body: body && JSON.stringify(body) });

const CHARGE = {
  Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true,
  Parameters: { FunctionName: 'charge', 'Payload.$': '$' }, OutputPath: '$.Payload',
  Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 1, MaxAttempts: 2 }],
};
const BUSY_THEN_PAID = {
  S: { 0: { Throw: { Error: 'Busy', Cause: 'try again' } }, 1: { Return: { StatusCode: 200, Payload: { paid: true } } } },
};

test('a test case that was set over HTTP answers the execution that names it', async () => {
  const stateMachineArn = await create(one(CHARGE), { name: 'mocked' });
  const set = await admin('PUT', 'mocks/mocked/BusyThenPaid', BUSY_THEN_PAID);
  assert.equal(set.status, 200);
  assert.deepEqual((await set.json()).warnings, []);
  const { executionArn } = await call('StartExecution', {
    stateMachineArn: `${stateMachineArn}#BusyThenPaid`, input: '{"amount":1}',
  });
  assert.equal((await closed(executionArn)).output, '{"paid":true}');
  const answer = await admin('GET', `executions/${encodeURIComponent(executionArn)}/requests`);
  const { requests, dropped } = await answer.json();
  assert.equal(dropped, 0);
  assert.deepEqual(requests.map((r) => [r.state, r.invocation, r.input.Payload, r.throw?.Error ?? r.return.Payload]), [
    ['S', 0, { amount: 1 }, 'Busy'],
    ['S', 1, { amount: 1 }, { paid: true }],
  ]);
  await refused('ValidationException', /has no test case 'Other'/,
    client.send(new sfn.StartExecutionCommand({ stateMachineArn: `${stateMachineArn}#Other` })));
  assert.equal((await admin('DELETE', 'mocks/mocked/BusyThenPaid')).status, 200);
  await refused('ValidationException', /has no test case 'BusyThenPaid'/,
    client.send(new sfn.StartExecutionCommand({ stateMachineArn: `${stateMachineArn}#BusyThenPaid` })));
});

test('a test case answers a synchronous execution, of a version too', async () => {
  const stateMachineArn = await create(one(CHARGE), { name: 'mocked-express', type: 'EXPRESS', publish: true });
  await admin('PUT', 'mocks/mocked-express/BusyThenPaid', BUSY_THEN_PAID);
  const { status, output } = await call('StartSyncExecution', { stateMachineArn: `${stateMachineArn}#BusyThenPaid` });
  assert.deepEqual([status, output], ['SUCCEEDED', '{"paid":true}']);
  const ofVersion = await call('StartSyncExecution', { stateMachineArn: `${stateMachineArn}:1#BusyThenPaid` });
  assert.equal(ofVersion.output, '{"paid":true}');
});

test('a Map Run is started, watched, updated and read child by child', async () => {
  const stateMachineArn = await create(mapOf({ Type: 'Wait', Seconds: 1 }, { MaxConcurrency: 2 }));
  const { executionArn } = await call('StartExecution', { stateMachineArn, input: JSON.stringify([...Array(8).keys()]) });
  const { mapRunArn } = await eventually('a Map Run', async () => (await call('ListMapRuns', { executionArn })).mapRuns[0]);
  assert.match(mapRunArn, /:mapRun:machine-\d+\/Each:[0-9a-f-]{36}$/);

  const running = await eventually('two children', async () => {
    const run = await call('DescribeMapRun', { mapRunArn });
    return run.executionCounts.running === 2 && run;
  });
  assert.equal(running.status, 'RUNNING');
  assert.equal(running.maxConcurrency, 2);
  await call('UpdateMapRun', { mapRunArn, maxConcurrency: 6, toleratedFailureCount: 1, toleratedFailurePercentage: 12.5 });
  // The counts add up at every moment.
  let most = 0;
  const over = await eventually('the end of the Map Run', async () => {
    const run = await call('DescribeMapRun', { mapRunArn });
    assert.equal(sum(run.itemCounts), 8);
    assert.equal(sum(run.executionCounts), run.executionCounts.total);
    most = Math.max(most, run.executionCounts.running);
    return run.status !== 'RUNNING' && run;
  });
  assert.equal(most, 6);
  assert.equal(over.status, 'SUCCEEDED');
  assert.equal(over.toleratedFailureCount, 1);
  assert.equal(over.toleratedFailurePercentage, 12.5);
  assert.equal(over.executionCounts.succeeded, 8);
  assert.ok(over.stopDate >= over.startDate);
  const { output } = await closed(executionArn);
  assert.deepEqual(JSON.parse(output), [0, 1, 2, 3, 4, 5, 6, 7]);

  const first = await call('ListExecutions', { mapRunArn, maxResults: 5 });
  const rest = await call('ListExecutions', { mapRunArn, nextToken: first.nextToken, redriveFilter: 'NOT_REDRIVEN' }).catch(() => null);
  assert.equal(rest, null, 'a token is of one question');
  const { executions } = await call('ListExecutions', { mapRunArn, statusFilter: 'SUCCEEDED', redriveFilter: 'NOT_REDRIVEN' });
  assert.equal(executions.length, 8);
  assert.equal(first.executions[0].itemCount, 1);
  const child = executions[7].executionArn;
  const described = await call('DescribeExecution', { executionArn: child });
  assert.equal(described.mapRunArn, mapRunArn);
  assert.equal(described.output, '0');
  const { events } = await call('GetExecutionHistory', { executionArn: child });
  assert.deepEqual(events.map((event) => event.type), ['ExecutionStarted', 'WaitStateEntered', 'WaitStateExited', 'ExecutionSucceeded']);
  const machine = await call('DescribeStateMachineForExecution', { executionArn: child });
  assert.equal(machine.mapRunArn, mapRunArn);
  assert.equal(machine.label, 'Each');
  assert.equal((await call('ListExecutions', { stateMachineArn })).executions.length, 1);
  await refused('ValidationException', /completed/, call('UpdateMapRun', { mapRunArn, maxConcurrency: 1 }));
  const { mapRuns } = await call('ListMapRuns', { executionArn, maxResults: 1 });
  assert.ok(mapRuns[0].stopDate instanceof Date);
});

test('a Map Run stops with its parent', async () => {
  const stateMachineArn = await create(mapOf({ Type: 'Wait', Seconds: 3600 }));
  const { executionArn } = await call('StartExecution', { stateMachineArn, input: '[1,2,3]' });
  const run = await eventually('three children', async () => {
    const { mapRuns } = await call('ListMapRuns', { executionArn });
    if (mapRuns.length === 0) return false;
    const described = await call('DescribeMapRun', { mapRunArn: mapRuns[0].mapRunArn });
    return described.executionCounts.running === 3 && described;
  });
  await call('StopExecution', { executionArn });
  const over = await eventually('the end of the Map Run', async () => {
    const described = await call('DescribeMapRun', { mapRunArn: run.mapRunArn });
    return described.status !== 'RUNNING' && described;
  });
  assert.equal(over.status, 'ABORTED');
  assert.equal(over.executionCounts.aborted, 3);
  const { executions } = await call('ListExecutions', { mapRunArn: run.mapRunArn, statusFilter: 'ABORTED' });
  assert.equal(executions.length, 3);
});

// --- what TestState takes and shows

const INVOKE = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Parameters: { FunctionName: 'f' }, End: true };
const tested = (state, more = {}) => call('TestState', { definition: JSON.stringify(state), roleArn: ROLE, inspectionLevel: 'TRACE', ...more });
const failing = { errorOutput: { error: 'E', cause: 'C' } };

test('a state is tested with a mock, step by step', async () => {
  const answer = await tested(
    { ...INVOKE, InputPath: '$.in', Parameters: { FunctionName: 'f', 'Payload.$': '$.p' }, ResultSelector: { 's.$': '$.Payload' }, ResultPath: '$.out' },
    { input: '{"in":{"p":1}}', mock: { result: '{"Payload":"r"}', fieldValidationMode: 'PRESENT' } });
  assert.equal(answer.output, '{"in":{"p":1},"out":{"s":"r"}}');
  const { afterInputPath, afterParameters, result, afterResultSelector, afterResultPath } = answer.inspectionData;
  assert.deepEqual(
    [afterInputPath, afterParameters, result, afterResultSelector, afterResultPath].map(JSON.parse),
    [{ p: 1 }, { FunctionName: 'f', Payload: 1 }, { Payload: 'r' }, { s: 'r' }, { in: { p: 1 }, out: { s: 'r' } }]);
});

test('a state of a machine is tested, in JSONata', async () => {
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'S', States: {
    S: { Type: 'Task', Resource: `${INVOKE.Resource}.waitForTaskToken`, Arguments: { FunctionName: 'f', Payload: '{% $old %}' }, Assign: { seen: '{% $states.context.Task.Token %}' },
      Output: '{% $states.result %}', End: true } } });
  const answer = await call('TestState', {
    definition, stateName: 'S', roleArn: ROLE, inspectionLevel: 'DEBUG', variables: '{"old":7}', input: '{}',
    context: '{"Task":{"Token":"T"}}', mock: { result: '8', fieldValidationMode: 'NONE' } });
  assert.equal(answer.output, '8');
  assert.deepEqual(JSON.parse(answer.inspectionData.afterArguments), { FunctionName: 'f', Payload: 7 });
  assert.deepEqual(JSON.parse(answer.inspectionData.variables), { old: 7, seen: 'T' });
});

test('what retries and catchers would do is tested', async () => {
  const retried = await tested(
    { ...INVOKE, Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 3, BackoffRate: 2 }] }, { mock: failing, stateConfiguration: { retrierRetryCount: 1 } });
  assert.deepEqual([retried.status, retried.error, retried.cause], ['RETRIABLE', 'E', 'C']);
  assert.deepEqual(retried.inspectionData.errorDetails, { retryIndex: 0, retryBackoffIntervalSeconds: 6 });
  const caught = await tested({ ...INVOKE, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'X' }] }, { mock: failing });
  assert.deepEqual([caught.status, caught.nextState, caught.inspectionData.errorDetails.catchIndex], ['CAUGHT_ERROR', 'X', 0]);
  const parallel = { Type: 'Parallel', End: true, Branches: [{ StartAt: 'A', States: { A: { Type: 'Pass', End: true } } }] };
  assert.equal((await tested(parallel, { mock: failing, stateConfiguration: { errorCausedByState: 'A' } })).error, 'E');
});

test('a Map is tested with what its reader would read', async () => {
  const answer = await tested(
    { Type: 'Map', End: true, MaxConcurrency: 2, ToleratedFailureCount: 2, ToleratedFailurePercentage: 50, ItemBatcher: { MaxItemsPerBatch: 2 },
      ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig: { InputType: 'JSON', ItemsPointer: '/a' }, Parameters: { Bucket: 'b', Key: 'k' } },
      ItemSelector: { 'v.$': '$$.Map.Item.Value' },
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, StartAt: 'P', States: { P: { Type: 'Pass', End: true } } } },
    { mock: { result: '[1,2]' }, stateConfiguration: { mapItemReaderData: '{"a":[1,2,3]}', mapIterationFailureCount: 1 } });
  const { afterItemsPointer, afterItemSelector, afterItemBatcher, ...numbers } = answer.inspectionData;
  assert.deepEqual(JSON.parse(afterItemsPointer), [1, 2, 3]);
  assert.deepEqual(JSON.parse(afterItemSelector), [{ v: 1 }, { v: 2 }, { v: 3 }]);
  assert.deepEqual(JSON.parse(afterItemBatcher), [{ Items: [{ v: 1 }, { v: 2 }] }, { Items: [{ v: 3 }] }]);
  assert.deepEqual([numbers.maxConcurrency, numbers.toleratedFailureCount, numbers.toleratedFailurePercentage], [2, 2, 50]);
  const inline = { Type: 'Map', ItemsPath: '$.v', End: true, ItemProcessor: { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } } };
  assert.equal((await tested(inline, { input: '{"v":[1]}', mock: { result: '[1]' } })).inspectionData.afterItemsPath, '[1]');
});

// --- what histories show

test('histories show what the other tests have run', async () => {
  // What none of them runs: bad ends of calls, jobs and iterations.
  const ends = [];
  const run = async (definition, input = '{}') => {
    ends.push((await call('StartExecution', { stateMachineArn: await create(definition), input })).executionArn);
    return ends.at(-1);
  };
  const { activityArn } = await call('CreateActivity', { name: 'nobody-polls' });
  const states = (...list) => JSON.stringify({ StartAt: 'S0', States: Object.fromEntries(list.map((state, i) => [`S${i}`,
    { ...state, ...(i + 1 < list.length ? { Next: `S${i + 1}`, Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: `S${i + 1}` }] } : { End: true }) }])) });
  const nested = (definition, suffix) => ({ Type: 'Task', Resource: `arn:aws:states:::states:startExecution${suffix}`, Parameters: { StateMachineArn: definition } });
  const fails = await create(one({ Type: 'Fail', Error: 'E', Cause: 'C' }));
  const waits = await create(HOUR);
  await run(states(
    { Type: 'Task', Resource: activityArn, TimeoutSeconds: 2, HeartbeatSeconds: 1 },
    { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:123456789012:function:f', TimeoutSeconds: 1, Credentials: { RoleArn: ROLE } },
    { ...nested(waits, '.sync'), TimeoutSeconds: 1, Credentials: { RoleArn: ROLE } },
    { ...nested(waits, '.waitForTaskToken'), TimeoutSeconds: 2, HeartbeatSeconds: 1 },
    nested(fails, '.sync:2'),
    { Type: 'Map', ItemsPath: '$.items', MaxConcurrency: 2, ItemProcessor: { StartAt: 'C', States: {
      C: { Type: 'Choice', Choices: [{ Variable: '$', NumericEquals: 1, Next: 'F' }], Default: 'W' },
      W: { Type: 'Wait', Seconds: 3600, End: true }, F: { Type: 'Fail', Error: 'E' } } } },
    { Type: 'Pass', Assign: { seen: 1 } }), '{"items":[2,1]}');
  await run(JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'S', States: { S: { Type: 'Pass', Output: '{% 1 + "a" %}', End: true } } }));
  await run(JSON.stringify({ TimeoutSeconds: 1, StartAt: 'S', States: { S: { Type: 'Wait', Seconds: 3600, End: true } } }));
  const stopped = await run(HOUR);
  await call('StopExecution', { executionArn: stopped, error: 'E', cause: 'C' });
  // Its time counts from when a worker has it.
  await call('GetActivityTask', { activityArn, workerName: 'w' });
  await Promise.all(ends.map(closed));

  for (const { stateMachineArn, type } of await everything('ListStateMachines', {}, 'stateMachines')) {
    if (type === 'EXPRESS') continue;
    for (const { executionArn } of await everything('ListExecutions', { stateMachineArn }, 'executions')) {
      await everything('GetExecutionHistory', { executionArn, includeExecutionData: true }, 'events');
    }
  }
});

async function everything(operation, input, list) {
  const all = [];
  let nextToken;
  do {
    const page = await call(operation, { ...input, maxResults: 1000, nextToken });
    all.push(...page[list]);
    ({ nextToken } = page);
  } while (nextToken);
  return all;
}

// Members that no call here can use or get, and why.
const OUT_OF_REACH = [
  // Three runs of one execution: tests/api.
  /^ListMapRuns (in|out) nextToken$/,
  // A machine that is described has no label: the member is DescribeStateMachineForExecution's.
  /^DescribeStateMachine out label$/,
  // Calls that fail before they begin: AWS does not say when it tells of them so, and nothing here does.
  /^GetExecutionHistory out events\[\]\.(activitySchedule|taskStart|taskSubmit|lambdaFunctionSchedule|lambdaFunctionStart)FailedEventDetails/,
  // A time-out has no cause; that of a function's Task: tests/engine/machine.
  /^GetExecutionHistory out events\[\]\.(activity|task|execution)TimedOutEventDetails\.cause$/,
  /^GetExecutionHistory out events\[\]\.lambdaFunctionTimedOutEventDetails/,
  // HTTP Tasks, which need a connection: tests/e2e/test_http_task.py.
  /^TestState (in revealSecrets|out inspectionData\.(request|response))/,
];

test('every operation and every member of the API is used', () => {
  assert.deepEqual(gaps().filter((gap) => !OUT_OF_REACH.some((pattern) => pattern.test(gap))), []);
});

test('every member of every input is known', async () => {
  const unknown = [];
  for (const { operation, path, body } of mistypedInputs()) {
    const response = await fetch(process.env.STEPWELL_ENDPOINT, {
      method: 'POST', body,
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${operation}` },
    });
    const { __type } = await response.json();
    if (__type !== 'SerializationException') unknown.push(`${operation} ${path}: ${__type}`);
  }
  assert.deepEqual(unknown, []);
});
