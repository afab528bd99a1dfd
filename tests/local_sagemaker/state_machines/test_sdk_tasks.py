"""Tasks that call any service: AWS's names of errors, plain answers, and the rights that a call takes."""

import json

from tests.local_sagemaker.cloud import ACCOUNT, REGION, allow, scripted
from tests.local_sagemaker.state_machines.machine_room import STATES_TRUST, MachineRoom, machine_of, task

SDK = "arn:aws:states:::aws-sdk"


def test_an_unknown_job_has_the_service_s_general_error(room: MachineRoom, trainer: str) -> None:
    states = {"Look": task(f"{SDK}:sagemaker:describeTrainingJob", {"TrainingJobName": "job-none"})}
    error, cause = room.failure(machine_of(states), role=trainer)
    assert error == "SageMaker.SageMakerException"
    assert cause.startswith("Requested resource not found. (Service: SageMaker, Status Code: 400, Request ID: ")


def test_an_error_that_the_service_names_keeps_its_name(room: MachineRoom, trainer: str) -> None:
    request = room.jobs.request("print(1)")
    room.cloud.sagemaker.create_training_job(**request)
    states = {"Again": task(f"{SDK}:sagemaker:createTrainingJob", request)}
    assert room.failure(machine_of(states), role=trainer)[0] == "SageMaker.ResourceInUseException"


def test_a_missing_right_is_named_with_its_resource(room: MachineRoom, trainer: str) -> None:
    states = {"Look": task(f"{SDK}:sagemaker:describeEndpoint", {"EndpointName": "Churn"})}
    error, cause = room.failure(machine_of(states), role=trainer)
    assert error == "SageMaker.SageMakerException"
    assert "sagemaker:DescribeEndpoint" in cause
    assert f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/churn" in cause


def test_an_update_needs_the_right_on_endpoint_and_configuration(room: MachineRoom) -> None:
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
    role = room.cloud.make_role([allow("sagemaker:UpdateEndpoint", f"{arn}:endpoint/churn")], STATES_TRUST)
    parameters = {"EndpointName": "churn", "EndpointConfigName": "new"}
    states = {"Update": task(f"{SDK}:sagemaker:updateEndpoint", parameters)}
    assert f"{arn}:endpoint-config/new" in room.failure(machine_of(states), role=role)[1]


def test_a_parameter_of_systems_manager_is_written_with_the_right_to_it(room: MachineRoom) -> None:
    states = {
        "Publish": task(
            f"{SDK}:ssm:putParameter",
            {"Name": "/churn/model", "Type": "String", "Overwrite": True, "Value.$": "$.uri"},
            ResultPath=None,
        )
    }
    given = {"uri": "s3://models/out/model.tar.gz"}
    parameter = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/churn/model"
    error, cause = room.failure(machine_of(states), given)
    assert (error, "ssm:PutParameter" in cause, parameter in cause) == ("Ssm.SsmException", True, True)
    role = room.cloud.make_role([allow("ssm:PutParameter", parameter)], STATES_TRUST)
    assert room.output(machine_of(states), given, role=role) == given
    parameter = room.cloud.client("ssm").get_parameter(Name="/churn/model")["Parameter"]
    assert parameter["Value"] == given["uri"]


def test_an_endpoint_is_invoked_as_the_role(room: MachineRoom) -> None:
    cloud = room.cloud
    name = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("model"))), "invoked")
    states = {
        "Ask": task(
            f"{SDK}:sagemakerruntime:invokeEndpoint",
            {"EndpointName": name, "Body": {"rows": [[1]]}, "ContentType": "application/json"},
            ResultSelector={"text.$": "$.Body"},
        )
    }
    error, cause = room.failure(machine_of(states))
    assert error == "SageMakerRuntime.SageMakerRuntimeException"
    assert "sagemaker:InvokeEndpoint" in cause
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/{name}"
    role = cloud.make_role([allow("sagemaker:InvokeEndpoint", arn)], STATES_TRUST)
    assert isinstance(room.output(machine_of(states), role=role)["text"], str)


def test_a_message_is_published_with_the_right_to_its_topic(room: MachineRoom) -> None:
    topic = room.cloud.client("sns").create_topic(Name="told")["TopicArn"]
    parameters = {"TopicArn": topic, "Message.$": "States.JsonToString($.a)"}
    states = {"Tell": task("arn:aws:states:::sns:publish", parameters)}
    error, cause = room.failure(machine_of(states), {"a": {"b": 1}})
    assert (error, "sns:Publish" in cause, topic in cause) == ("SNS.AccessDeniedException", True, True)
    role = room.cloud.make_role([allow("sns:Publish", topic)], STATES_TRUST)
    assert room.output(machine_of(states), {"a": {"b": 1}}, role=role)["MessageId"]


def test_a_function_is_called_with_the_right_to_it_only(room: MachineRoom) -> None:
    states = {"Call": task("arn:aws:states:::lambda:invoke", {"FunctionName": "check", "Payload": {}})}
    error, cause = room.failure(machine_of(states))
    assert error == "Lambda.AccessDeniedException"
    assert "lambda:InvokeFunction" in cause
    assert f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:check" in cause


def test_a_role_that_is_gone_fails_the_task(room: MachineRoom) -> None:
    role = room.cloud.make_role([], STATES_TRUST)
    machine = room.make(machine_of({"Look": task(f"{SDK}:sagemaker:listEndpoints", {})}), role)
    room.cloud.iam.delete_role(RoleName=role.rsplit("/", maxsplit=1)[-1])
    described = room.ended(room.start(machine))
    assert described["error"] == "SageMaker.SageMakerException"
    assert f"Could not assume role {role}" in described["cause"]


def test_what_a_task_gives_can_be_told_again(room: MachineRoom) -> None:
    role = room.cloud.make_role([allow("sagemaker:ListModels", "*")], STATES_TRUST)
    machine = room.make(machine_of({"List": task(f"{SDK}:sagemaker:listModels", {})}), role)
    execution = room.start(machine)
    models = json.loads(room.ended(execution)["output"])["Models"]
    assert all(model["CreationTime"].endswith("Z") for model in models)
    assert "TaskSucceeded" in room.events(execution)
