"""The template in other forms.

template.py json FILE             prints it as plain JSON, short functions such as !Ref written out
template.py translate FILE        prints what SAM makes of it: plain CloudFormation, as the service would see it
template.py packaged FILE ARCH    prints it with the packages in place of their sources, for the architecture they are built for
template.py waived FILE           prints the rules of checkov's that it says nothing here keeps

The linter does not run SAM's transform, so half of what can be wrong shows only in the translation.
"""

import json
import sys

import boto3
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.public.exceptions import InvalidDocumentException
from samtranslator.translator.translator import Translator

# SAM translates uploaded packages only; which one is nothing to a check.
UPLOADED = "s3://bucket/package.zip"


def translate(template, uploaded=lambda code: UPLOADED):
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = uploaded(resource["Properties"]["CodeUri"])
    parameters = {name: parameter.get("Default", "") for name, parameter in template.get("Parameters", {}).items()}
    session = boto3.session.Session(region_name="eu-central-1")
    return Translator({}, Parser(), boto_session=session).translate(sam_template=template, parameter_values=parameters)


def packaged(template, architecture):
    """Beside the packages, so that their paths begin with their folders. They are of one architecture, and so is this."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            folder = resource["Properties"]["CodeUri"].removeprefix("functions/")
            resource["Properties"]["CodeUri"] = f"{folder}/bootstrap.zip"
            del resource["Metadata"]
    template["Globals"]["Function"]["Architectures"] = [architecture]
    del template["Parameters"]["Architecture"]
    return template


FORMS = {
    "json": lambda template: template,
    "translate": translate,
    "packaged": packaged,
    "waived": lambda template: ",".join(template.get("Metadata", {}).get("WaivedRules", {})),
}


def main():
    if len(sys.argv) != (4 if sys.argv[1:2] == ["packaged"] else 3) or sys.argv[1] not in FORMS:
        sys.exit(__doc__)
    with open(sys.argv[2], encoding="utf-8") as file:
        template = yaml_parse(file.read())
    try:
        result = FORMS[sys.argv[1]](template, *sys.argv[3:])
    except InvalidDocumentException as error:
        sys.exit("\n".join(str(cause.message) for cause in error.causes) or str(error))
    if isinstance(result, str):
        print(result)
    else:
        json.dump(result, sys.stdout, indent=1, default=str)


if __name__ == "__main__":
    main()
