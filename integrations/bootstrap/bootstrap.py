# Runs a Python handler for Stepwell: asks the Lambda Runtime API for invocations and answers them, one after another.
# Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes" and "Lambda context object in Python".
# Read from standard input by python3; needs nothing but the standard library.
import decimal
import http.client
import importlib
import json
import os
import sys
import time
import traceback

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
BASE = "/2018-06-01/runtime/"
HERE = "<stdin>"  # how frames of this file are named


class Connection:
    """The runtime API, over one kept connection."""

    def __init__(self):
        host, _, port = API.rpartition(":")
        self.http = http.client.HTTPConnection(host, int(port))

    def call(self, method, path, body=None, content_type="application/json"):
        headers = {"Content-Type": content_type} if body is not None else {}
        self.http.request(method, BASE + path, body, headers)
        answer = self.http.getresponse()
        return answer, answer.read()


class Identity:
    def __init__(self, identity):
        self.cognito_identity_id = identity.get("cognitoIdentityId")
        self.cognito_identity_pool_id = identity.get("cognitoIdentityPoolId")


class ClientApplication:
    def __init__(self, client):
        self.installation_id = client.get("installation_id")
        self.app_title = client.get("app_title")
        self.app_version_name = client.get("app_version_name")
        self.app_version_code = client.get("app_version_code")
        self.app_package_name = client.get("app_package_name")


class ClientContext:
    def __init__(self, context):
        self.client = ClientApplication(context.get("client") or {})
        self.custom = context.get("custom")
        self.env = context.get("env")


class Context:
    """What a handler learns about its invocation."""

    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = Identity({})
        context = headers.get("Lambda-Runtime-Client-Context")
        self.client_context = ClientContext(json.loads(context)) if context else None
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(self._deadline_ms - int(time.time() * 1000), 0)


def failure(error_type, message, request_id="", stack=()):
    return {"errorMessage": message, "errorType": error_type, "requestId": request_id, "stackTrace": list(stack)}


def stack_of(error):
    """The handler's frames, without ours and without those of the import machinery."""
    frames = traceback.extract_tb(error.__traceback__)
    return traceback.format_list(
        [(f.filename, f.lineno, f.name, f.line) for f in frames
         if f.filename != HERE and not f.filename.startswith("<frozen importlib")])


def describe(error, request_id=""):
    return failure(type(error).__name__, str(error), request_id, stack_of(error))


def say(error):
    """An error in the log, as Lambda writes it."""
    print(f"[ERROR] {error['errorType']}: {error['errorMessage']}")
    if error["stackTrace"]:
        print("Traceback (most recent call last):")
        print("".join(error["stackTrace"]), end="")
    sys.stdout.flush()


def load(handler):
    """The function that `module.name` names, or the failure of loading it."""
    module_name, _, function_name = handler.rpartition(".")
    if not module_name:
        return None, failure("Runtime.MalformedHandlerName", f"Bad handler '{handler}': not enough values to unpack (expected 2, got 1)")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        return None, failure("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}", stack=stack_of(error))
    except SyntaxError as error:
        place = f'  File "{error.filename}" Line {error.lineno}\n    {(error.text or "").rstrip()}\n'
        return None, failure("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}", stack=[place])
    except Exception as error:
        return None, describe(error)
    function = getattr(module, function_name, None)
    if function is None:
        return None, failure("Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'")
    return function, None


def plain(value):
    """What json cannot write by itself."""
    if isinstance(value, decimal.Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def marshal(result):
    """The body and content type of a handler's result."""
    if isinstance(result, (bytes, bytearray)):
        return bytes(result), "application/unknown"
    return json.dumps(result, ensure_ascii=False, default=plain).encode(), "application/json"


def run(function, event, context):
    """Returns (body, content type, failure)."""
    try:
        result = function(json.loads(event) if event else {}, context)
    except Exception as error:
        return None, None, describe(error, context.aws_request_id)
    try:
        return *marshal(result), None
    except Exception as error:
        return None, None, failure("Runtime.MarshalError", f"Unable to marshal response: {error}", context.aws_request_id)


def main():
    # Started elsewhere, so that no file of the function takes the place of a module that is imported above.
    root = os.environ["LAMBDA_TASK_ROOT"]
    os.chdir(root)
    sys.path[:] = [root] + [p for p in sys.path if p]
    api = Connection()
    function, problem = load(os.environ["_HANDLER"])
    if problem:
        say(problem)
        api.call("POST", "init/error", json.dumps(problem))
        sys.exit(1)
    while True:
        answer, event = api.call("GET", "invocation/next")
        if answer.status != 200:
            sys.exit(f"the runtime API answered {answer.status}")
        os.environ["_X_AMZN_TRACE_ID"] = answer.headers.get("Lambda-Runtime-Trace-Id", "")
        context = Context(answer.headers)
        body, content_type, problem = run(function, event, context)
        if problem:
            say(problem)
        sys.stdout.flush()
        sys.stderr.flush()
        path = f"invocation/{context.aws_request_id}/"
        if problem:
            api.call("POST", path + "error", json.dumps(problem))
        else:
            api.call("POST", path + "response", body, content_type)


main()
