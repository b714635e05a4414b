"""Runs the function, or the setup, whose name is the argument, and loads nothing that another one needs."""

import sys
from importlib import import_module

import runtime

FUNCTIONS = {
    "request-optin": "request_optin",
    "grant-token": "grant_token",
    "send-notification": "send_notification",
}


def serve(name):
    try:
        handler = import_module(FUNCTIONS[name]).handler
    except Exception as error:
        runtime.report_init_error(error)
        raise
    runtime.run(handler, name)


def main(arguments):
    match arguments:
        case ["setup"]:
            import_module("tables").create_all()
        case [name] if name in FUNCTIONS:
            serve(name)
        case _:
            sys.exit(f"usage: main.py {'|'.join([*FUNCTIONS, 'setup'])}")


if __name__ == "__main__":
    main(sys.argv[1:])
