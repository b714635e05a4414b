"""Prints what a business's server calls of openapi.json: the person's pages and scripts are none of a client's business.

Errors are not among a call's answers, because both clients throw them. With `--open-enums` a value that is not known yet
is no error either: where a client looks at values, it has to outlive new versions of the API.
"""

import json
import sys

METHODS = {"get", "put", "post", "delete", "patch"}


def is_business_call(name, call):
    return name in METHODS and {"apiKey": []} in call.get("security", [])


def without_errors(call):
    return {**call, "responses": {status: answer for status, answer in call["responses"].items() if status < "400"}}


def business_calls(paths):
    for path, item in paths.items():
        calls = {name: without_errors(call) for name, call in item.items() if is_business_call(name, call)}
        if calls:
            yield path, calls


def names_in(node):
    """The schemas that are referred to anywhere below `node`."""
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].removeprefix("#/components/schemas/")
        for below in node.values():
            yield from names_in(below)
    elif isinstance(node, list):
        for below in node:
            yield from names_in(below)


def needed(paths, schemas):
    found, ahead = set(), list(names_in(paths))
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead.extend(names_in(schemas[name]))
    return found


def with_open_enums(schema):
    values = schema.get("enum")
    if values is None:
        return schema
    told = ", ".join(f"`{value}`" for value in values)
    rest = {key: value for key, value in schema.items() if key != "enum"}
    return {**rest, "description": f"{schema.get('description', '')} So far: {told}.".strip()}


def subset(document, open_enums):
    paths = dict(business_calls(document["paths"]))
    schemas = document["components"]["schemas"]
    if open_enums:
        schemas = {name: with_open_enums(schema) for name, schema in schemas.items()}
    # Errors are problem documents, which the clients make their exceptions of.
    kept = needed(paths, schemas) | {"Problem"}
    components = {**document["components"], "schemas": {name: schema for name, schema in schemas.items() if name in kept}}
    return {**document, "paths": paths, "components": components}


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        json.dump(subset(json.load(file), "--open-enums" in sys.argv), sys.stdout, indent=1)
