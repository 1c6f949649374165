// What a Node.js handler can see and do, for the tests of local functions: the newer form, an ES module.
let calls = 0;

export const echo = async (event) => event;

export const count = async () => ({ pid: process.pid, calls: ++calls });

export const surroundings = async (event, context) => ({
  environment: { AWS_REGION: process.env.AWS_REGION, GREETING: process.env.GREETING },
  functionName: context.functionName,
  invokedFunctionArn: context.invokedFunctionArn,
  requestId: context.awsRequestId,
  remaining: context.getRemainingTimeInMillis(),
});

export const fails = async () => {
  throw new RangeError('the shelf is too short');
};

export const sleeps = async (event) => {
  await new Promise((resolve) => setTimeout(resolve, event.seconds * 1000));
  return 'slept';
};

export const says = async (event, context) => {
  console.log('a line from', context.functionName);
};
