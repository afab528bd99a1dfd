"""Calls both doors with plain HTTP: `python call.py`, after `cdk deploy`."""

import json
import os
from typing import Any
from urllib.parse import urlsplit

import boto3
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from sklearn.datasets import load_wine

ROWS = load_wine().data
# The local cloud answers for AWS's hosts, at its own address.
LOCAL = os.environ.get("AWS_ENDPOINT_URL")


def post(url: str, content: Any, headers: dict[str, str]) -> tuple[int, Any]:
    """Post JSON, and give status and answer."""
    address = urlsplit(url)
    headers = {"Content-Type": "application/json", **headers}
    if LOCAL is not None:
        url, headers = LOCAL + address.path, {**headers, "Host": address.netloc}
    answer = urllib3.request("POST", url, body=json.dumps(content), headers=headers, timeout=60)
    return answer.status, answer.json()


def signed(url: str, content: Any, session: boto3.Session) -> dict[str, str]:
    """Headers that sign a request to a function's URL."""
    body = json.dumps(content).encode()
    request = AWSRequest("POST", url, {"Content-Type": "application/json"}, body)
    credentials = session.get_credentials()
    if credentials is None:
        raise SystemExit("no credentials: configure some, or eval the lines of `local-sagemaker env`")
    SigV4Auth(credentials, "lambda", session.region_name).add_auth(request)
    return dict(request.headers)


def main() -> None:
    session = boto3.Session()
    (stack,) = session.client("cloudformation").describe_stacks(StackName="FrontDoors")["Stacks"]
    outputs = {one["OutputKey"].rstrip("0123456789ABCDEF"): one["OutputValue"] for one in stack["Outputs"]}

    api_key = session.client("apigateway").get_api_key(apiKey=outputs["ApiApiKeyId"], includeValue=True)["value"]
    for rows in (ROWS[:2].tolist(), [["red", *ROWS[0, 1:]]], [ROWS[0, :5].tolist()]):
        print("API, with its key:", *post(outputs["ApiUrl"], rows, {"x-api-key": api_key}))
    print("API, without:", *post(outputs["ApiUrl"], ROWS[:1].tolist(), {}))

    url = outputs["FunctionFunctionUrl"]
    for wines in ({"wines": [0, 70, 150]}, {"wines": [178]}):
        print("Function, signed:", *post(url, wines, signed(url, wines, session)))
    print("Function, not signed:", *post(url, {"wines": [0]}, {}))


if __name__ == "__main__":
    main()
