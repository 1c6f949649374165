// The older form of a Node.js handler: CommonJS, and a callback.
exports.handler = (event, context, callback) => {
  setTimeout(() => {
    if (event.fail) callback(new Error(event.fail));
    else callback(null, { got: event });
  }, 5);
};
