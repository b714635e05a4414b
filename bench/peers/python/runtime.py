"""What Lambda's own runtime does: takes one event after another from the Runtime API, brings back the answers."""

import http.client
import json
import os
import time
import traceback

BASE = "/2018-06-01/runtime"


class Api:
    """One connection, kept alive."""

    def __init__(self):
        self._connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

    def call(self, method, path, body=None, headers=None):
        self._connection.request(method, BASE + path, body, headers or {})
        response = self._connection.getresponse()
        content = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path} was answered with {response.status}")
        return response.headers, content

    def report(self, path, error):
        kind = type(error).__name__
        body = {
            "errorType": kind,
            "errorMessage": str(error),
            "stackTrace": traceback.format_tb(error.__traceback__),
        }
        self.call("POST", path, json.dumps(body), {"Lambda-Runtime-Function-Error-Type": kind})


class Context:
    """What of Lambda's context object a handler and Powertools ask for."""

    def __init__(self, function_name, headers):
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", function_name)
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
        self.invoked_function_arn = headers.get("Lambda-Runtime-Invoked-Function-Arn", "")
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))


def _handle_next(api, handler, function_name):
    headers, event = api.call("GET", "/invocation/next")
    context = Context(function_name, headers)
    invocation = f"/invocation/{context.aws_request_id}"
    try:
        answer = json.dumps(handler(json.loads(event), context))
    except Exception as error:
        traceback.print_exc()
        api.report(f"{invocation}/error", error)
        return
    api.call("POST", f"{invocation}/response", answer, {"Content-Type": "application/json"})


def report_init_error(error):
    Api().report("/init/error", error)


def run(handler, function_name):
    api = Api()
    while True:
        _handle_next(api, handler, function_name)
