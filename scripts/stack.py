"""Brings the template, as SAM translates it, and the packages of `make package` to the AWS at AWS_ENDPOINT_URL: an emulator
whose own SAM is none, or another one than Amazon's. A deployment of yours is made by `make deploy`.

stack.py deploy NAME [PARAMETER=VALUE ...]   makes the stack, and prints its outputs as JSON
stack.py secret NAME                         prints a secret
"""

import hashlib
import json
import os
import sys
import time
from pathlib import Path

import boto3
from samcli.yamlhelper import yaml_parse

from template import translate

PACKAGES = Path(__file__).resolve().parent.parent / "target" / "lambda"
BUCKET = "ringonce-packages"
PATIENCE = 300


def upload(s3, name, content):
    """Where it lies, by what it holds: what has changed is deployed anew, and nothing else."""
    key = f"{hashlib.sha256(content).hexdigest()[:16]}/{name}"
    s3.put_object(Bucket=BUCKET, Key=key, Body=content)
    return f"s3://{BUCKET}/{key}"


def translated(s3):
    template = yaml_parse((PACKAGES / "template.json").read_text(encoding="utf-8"))

    def uploaded(code):
        return upload(s3, code.replace("/", "-"), (PACKAGES / code).read_bytes())

    return takeable(translate(template, uploaded))


def takeable(template):
    """Without the alarms that reckon with several metrics, which MiniStack refuses."""
    resources = template["Resources"]
    for name in [name for name, resource in resources.items() if "Metrics" in resource.get("Properties", {})]:
        print(f"stack.py: left out: {name}", file=sys.stderr)
        del resources[name]
    return template


def wait(cloudformation, name):
    """The stack, once it stands; what went wrong, where it does not."""
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE:
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        if not stack["StackStatus"].endswith("_IN_PROGRESS"):
            break
        time.sleep(0.5)
    if stack["StackStatus"] != "CREATE_COMPLETE":
        pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=name)
        events = [event for page in pages for event in page["StackEvents"]]
        failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
        said = [f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in reversed(failed)]
        sys.exit("\n".join([f"stack.py: the stack is {stack['StackStatus']}", *said]))
    return stack


def complete(stack, template):
    """What MiniStack's CloudFormation takes of a table and leaves undone."""
    table = next(output["OutputValue"] for output in stack["Outputs"] if output["OutputKey"] == "Table")
    client, properties = boto3.client("dynamodb"), template["Resources"]["Table"]["Properties"]
    ttl = properties["TimeToLiveSpecification"]
    client.update_time_to_live(TableName=table, TimeToLiveSpecification=ttl)
    client.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})


def deploy(name, parameters):
    s3, cloudformation = boto3.client("s3"), boto3.client("cloudformation")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": os.environ["AWS_DEFAULT_REGION"]})
    template = translated(s3)
    _, _, body = upload(s3, "template.json", json.dumps(template, default=str).encode()).removeprefix("s3://").partition("/")
    cloudformation.create_stack(
        StackName=name,
        TemplateURL=f"{os.environ['AWS_ENDPOINT_URL']}/{BUCKET}/{body}",
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
    )
    stack = wait(cloudformation, name)
    complete(stack, template)
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def main():
    match sys.argv[1:]:
        case ["deploy", name, *parameters]:
            json.dump(deploy(name, dict(parameter.split("=", 1) for parameter in parameters)), sys.stdout, indent=1)
        case ["secret", name]:
            print(boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
        case _:
            sys.exit(__doc__)


main()
