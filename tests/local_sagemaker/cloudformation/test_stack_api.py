"""The CloudFormation API over the executor, through boto3 and a real socket."""

import json
import threading
from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError
from moto.ssm.models import Parameter

BUSY = r"is in CREATE_IN_PROGRESS state and can not be {}\."


def body(*values, **sections):
    resources = {
        f"P{number}": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}
        for number, value in enumerate(values)
    }
    return json.dumps({"Resources": resources, **sections})


@pytest.fixture
def cloudformation(client_of):
    return client_of("cloudformation")


@contextmanager
def held(monkeypatch):
    """Hold the creation of SSM parameters for as long as the block runs."""
    entered, let_go = threading.Event(), threading.Event()
    create = vars(Parameter)["create_from_cloudformation_json"].__func__

    def hold(cls, *arguments, **details):
        entered.set()
        let_go.wait(30)
        return create(cls, *arguments, **details)

    monkeypatch.setattr(Parameter, "create_from_cloudformation_json", classmethod(hold))
    try:
        yield entered
    finally:
        let_go.set()


def status(client, name="values"):
    return client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]


def test_a_stack_is_created_updated_and_deleted(cloudformation, settle):
    stack_id = cloudformation.create_stack(StackName="values", TemplateBody=body("a"))["StackId"]
    assert settle("values") == "CREATE_COMPLETE"
    cloudformation.update_stack(StackName="values", TemplateBody=body("b", "c"))
    assert settle("values") == "UPDATE_COMPLETE"
    resources = cloudformation.describe_stack_resources(StackName="values")["StackResources"]
    assert [(item["LogicalResourceId"], item["ResourceStatus"]) for item in resources] == [
        ("P0", "UPDATE_COMPLETE"),
        ("P1", "CREATE_COMPLETE"),
    ]
    summaries = cloudformation.list_stack_resources(StackName="values")["StackResourceSummaries"]
    assert [item["PhysicalResourceId"] for item in summaries] == [item["PhysicalResourceId"] for item in resources]
    cloudformation.delete_stack(StackName="values")
    assert settle(stack_id) == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match="Stack with id values does not exist"):
        cloudformation.describe_stack_events(StackName="values")
    assert (
        cloudformation.describe_stack_events(StackName=stack_id)["StackEvents"][0]["ResourceStatus"]
        == "DELETE_COMPLETE"
    )


def test_one_resource_is_described_by_its_logical_id(cloudformation, settle):
    cloudformation.create_stack(StackName="values", TemplateBody=body("a", "b"))
    assert settle("values") == "CREATE_COMPLETE"
    detail = cloudformation.describe_stack_resource(StackName="values", LogicalResourceId="P1")["StackResourceDetail"]
    assert detail["ResourceType"] == "AWS::SSM::Parameter"
    one = cloudformation.describe_stack_resources(StackName="values", LogicalResourceId="P1")["StackResources"]
    assert [item["PhysicalResourceId"] for item in one] == [detail["PhysicalResourceId"]]
    with pytest.raises(ClientError, match="Resource P9 does not exist for stack values"):
        cloudformation.describe_stack_resource(StackName="values", LogicalResourceId="P9")


def test_a_slow_resource_holds_up_only_its_stack(cloudformation, client_of, settle, monkeypatch):
    with held(monkeypatch) as entered:
        cloudformation.create_stack(StackName="values", TemplateBody=body("a"))
        assert entered.wait(30)
        client_of("s3").create_bucket(Bucket="other")
        queue = {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}}}
        cloudformation.create_stack(StackName="other", TemplateBody=json.dumps({"Resources": queue}))
        assert settle("other") == "CREATE_COMPLETE"
        assert status(cloudformation) == "CREATE_IN_PROGRESS"
        with pytest.raises(ClientError, match=BUSY.format("updated")):
            cloudformation.update_stack(StackName="values", TemplateBody=body("b"))
        with pytest.raises(ClientError, match=BUSY.format("deleted")):
            cloudformation.delete_stack(StackName="values")
        assert cloudformation.describe_stack_resources(StackName="values")["StackResources"] == []
    assert settle("values") == "CREATE_COMPLETE"


@pytest.mark.parametrize("region", ["eu-west-1", "us-west-2"])
def test_a_stack_of_another_region_is_there_alone(client_of, region):
    client = client_of("cloudformation", region)
    client.create_stack(StackName="values", TemplateBody=body("a"))
    client.get_waiter("stack_create_complete").wait(StackName="values", WaiterConfig={"Delay": 0, "MaxAttempts": 1000})
    assert f":{region}:" in client.describe_stacks(StackName="values")["Stacks"][0]["StackId"]
    assert len(client_of("ssm", region).describe_parameters()["Parameters"]) == 1
    assert client_of("ssm").describe_parameters()["Parameters"] == []
    assert client_of("cloudformation").describe_stacks()["Stacks"] == []


def test_a_failed_stack_says_why(cloudformation, settle):
    bad = {"R": {"Type": "AWS::IAM::Role", "Properties": {}}}
    cloudformation.create_stack(StackName="values", TemplateBody=json.dumps({"Resources": bad}))
    assert settle("values") == "ROLLBACK_COMPLETE"
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        cloudformation.update_stack(StackName="values", TemplateBody=body("a"))


def test_an_update_that_changes_nothing_is_refused(cloudformation, settle):
    cloudformation.create_stack(StackName="values", TemplateBody=body("a"))
    assert settle("values") == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match=r"No updates are to be performed\."):
        cloudformation.update_stack(StackName="values", UsePreviousTemplate=True)


def test_a_name_can_be_used_once(cloudformation, settle):
    cloudformation.create_stack(StackName="values", TemplateBody=body("a"))
    with pytest.raises(ClientError, match=r"Stack \[values\] already exists"):
        cloudformation.create_stack(StackName="values", TemplateBody=body("a"))
    assert settle("values") == "CREATE_COMPLETE"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{}", "At least one Resources member must be defined"),
        ("just text", "At least one Resources member must be defined"),
        (body("a", Parameters={"Image": {"Type": "String"}}), "Missing parameter Image"),
        (
            body("a", Parameters={"Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/no"}}),
            r"Unable to fetch parameters \[/no\]",
        ),
    ],
)
def test_a_template_that_cannot_be_used_makes_no_stack(cloudformation, template, message):
    with pytest.raises(ClientError, match=message):
        cloudformation.create_stack(StackName="values", TemplateBody=template)
    assert cloudformation.describe_stacks()["Stacks"] == []


def test_a_request_without_a_template_is_refused(cloudformation):
    with pytest.raises(ClientError, match="Either Template URL or Template Body must be specified"):
        cloudformation.create_stack(StackName="values")


def test_a_template_may_lie_in_a_bucket_and_be_yaml(cloudformation, client_of, local_cloud, settle):
    s3 = client_of("s3")
    s3.create_bucket(Bucket="templates")
    text = "Resources:\n  P:\n    Type: AWS::SSM::Parameter\n    Properties: {Type: String, Value: !Ref AWS::Region}\n"
    s3.put_object(Bucket="templates", Key="values.yaml", Body=text.encode())
    url = f"{local_cloud.url}/templates/values.yaml"
    cloudformation.create_stack(StackName="values", TemplateURL=url, Tags=[{"Key": "team", "Value": "churn"}])
    assert settle("values") == "CREATE_COMPLETE"
    assert cloudformation.describe_stacks(StackName="values")["Stacks"][0]["Tags"] == [
        {"Key": "team", "Value": "churn"}
    ]


def test_what_does_not_exist_is_deleted_already(cloudformation):
    cloudformation.delete_stack(StackName="nothing")
    cloudformation.delete_change_set(StackName="nothing", ChangeSetName="nothing")


def test_a_protected_stack_is_not_deleted(cloudformation, settle):
    cloudformation.create_stack(StackName="values", TemplateBody=body("a"), EnableTerminationProtection=True)
    assert settle("values") == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match=r"Stack \[values\] cannot be deleted while TerminationProtection is enabled"):
        cloudformation.delete_stack(StackName="values")


def test_a_change_set_creates_updates_and_says_when_there_is_nothing_to_do(cloudformation, settle):
    def change_set(kind, template, **options):
        arguments = {"StackName": "values", "ChangeSetName": "change", "ChangeSetType": kind, "TemplateBody": template}
        cloudformation.create_change_set(**arguments, **options)
        return cloudformation.describe_change_set(StackName="values", ChangeSetName="change")

    assert change_set("CREATE", body("a"))["Status"] == "CREATE_COMPLETE"
    assert status(cloudformation) == "REVIEW_IN_PROGRESS"
    cloudformation.execute_change_set(StackName="values", ChangeSetName="change")
    assert settle("values") == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match="cannot be executed in its current status"):
        cloudformation.execute_change_set(StackName="values", ChangeSetName="change")
    cloudformation.delete_change_set(StackName="values", ChangeSetName="change")
    described = change_set("UPDATE", body("b", "c"))
    assert [change["ResourceChange"]["Action"] for change in described["Changes"]] == ["Add", "Modify"]
    assert described["Changes"][1]["ResourceChange"]["Replacement"] == "False"
    assert [item["ChangeSetName"] for item in cloudformation.list_change_sets(StackName="values")["Summaries"]] == [
        "change"
    ]
    cloudformation.execute_change_set(StackName="values", ChangeSetName="change")
    assert settle("values") == "UPDATE_COMPLETE"
    cloudformation.delete_change_set(StackName="values", ChangeSetName="change")
    described = change_set("UPDATE", body("b", "c"))
    assert described["Status"] == "FAILED"
    assert "didn't contain changes" in described["StatusReason"]


def test_a_deleted_change_set_is_not_found_in_the_words_of_the_cdk(cloudformation):
    with pytest.raises(
        cloudformation.exceptions.ChangeSetNotFoundException, match=r"ChangeSet \[change\] does not exist"
    ):
        cloudformation.describe_change_set(StackName="values", ChangeSetName="change")


def test_change_sets_of_two_stacks_may_have_one_name(cloudformation, settle):
    for name in ("one", "two"):
        cloudformation.create_change_set(
            StackName=name, ChangeSetName="deploy", ChangeSetType="CREATE", TemplateBody=body(name)
        )
    for name in ("one", "two"):
        cloudformation.execute_change_set(StackName=name, ChangeSetName="deploy")
        assert settle(name) == "CREATE_COMPLETE"
    template = cloudformation.get_template(StackName="two")["TemplateBody"]
    assert template["Resources"]["P0"]["Properties"]["Value"] == "two"


def test_use_previous_value_means_the_path_and_not_what_it_led_to(cloudformation, client_of, settle):
    ssm = client_of("ssm")
    ssm.put_parameter(Name="/image", Value="old", Type="String")
    sections = {"Parameters": {"Image": {"Type": "AWS::SSM::Parameter::Value<String>"}}}
    template = body({"Ref": "Image"}, **sections)
    given = [{"ParameterKey": "Image", "ParameterValue": "/image"}]
    cloudformation.create_stack(StackName="values", TemplateBody=template, Parameters=given)
    assert settle("values") == "CREATE_COMPLETE"
    ssm.put_parameter(Name="/image", Value="new", Type="String", Overwrite=True)
    previous = [{"ParameterKey": "Image", "UsePreviousValue": True}]
    cloudformation.update_stack(
        StackName="values", TemplateBody=body({"Ref": "Image"}, "more", **sections), Parameters=previous
    )
    assert settle("values") == "UPDATE_COMPLETE"
    described = cloudformation.describe_stacks(StackName="values")["Stacks"][0]["Parameters"]
    assert described == [{"ParameterKey": "Image", "ParameterValue": "/image", "ResolvedValue": "new"}]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("UPDATE", r"Stack \[other\] does not exist"),
        ("CREATE", r"Stack \[values\] already exists and cannot be created"),
    ],
)
def test_a_change_set_of_the_wrong_kind_is_refused(cloudformation, settle, kind, message):
    cloudformation.create_stack(StackName="values", TemplateBody=body("a"))
    assert settle("values") == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match=message):
        cloudformation.create_change_set(
            StackName="values" if kind == "CREATE" else "other",
            ChangeSetName="change",
            ChangeSetType=kind,
            TemplateBody=body("b"),
        )


def test_without_a_rollback_a_failed_change_set_stays(cloudformation, settle):
    bad = json.dumps({"Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": {}}}})
    cloudformation.create_change_set(StackName="values", ChangeSetName="c", ChangeSetType="CREATE", TemplateBody=bad)
    cloudformation.execute_change_set(StackName="values", ChangeSetName="c", DisableRollback=True)
    assert settle("values") == "CREATE_FAILED"


def test_an_unknown_stack_is_refused_by_name(cloudformation):
    with pytest.raises(ClientError, match="Stack with id nothing does not exist"):
        cloudformation.update_stack(StackName="nothing", TemplateBody=body("a"))


def test_a_parameter_of_systems_manager_that_says_something_else_is_a_change(cloudformation, client_of, settle):
    ssm = client_of("ssm")
    ssm.put_parameter(Name="/source", Value="one", Type="String")
    template = json.dumps(
        {
            "Parameters": {"Source": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/source"}},
            "Resources": {
                "Copy": {
                    "Type": "AWS::SSM::Parameter",
                    "Properties": {"Type": "String", "Name": "/copy", "Value": {"Ref": "Source"}},
                }
            },
        }
    )
    cloudformation.create_stack(StackName="copies", TemplateBody=template)
    assert settle("copies") == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match="No updates are to be performed"):
        cloudformation.update_stack(StackName="copies", TemplateBody=template)
    ssm.put_parameter(Name="/source", Value="two", Type="String", Overwrite=True)
    cloudformation.update_stack(StackName="copies", TemplateBody=template)
    assert settle("copies") == "UPDATE_COMPLETE"
    assert ssm.get_parameter(Name="/copy")["Parameter"]["Value"] == "two"
