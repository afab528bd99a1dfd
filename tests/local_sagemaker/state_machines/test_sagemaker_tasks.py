"""Tasks that create SageMaker's jobs: what they give, how they fail, what stops them, and which rights they take."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_sagemaker.cloud import allow, eventually, scripted
from tests.local_sagemaker.state_machines.machine_room import (
    STATES_TRUST,
    TRAIN,
    MachineRoom,
    machine_of,
    task,
)
from tests.local_sagemaker.training.job_cloud import UNTIL_STOPPED

TRAINS = "print('trained')"
BREAKS = "raise ValueError('no data')"
RULE = "StepFunctionsGetEventsForSageMakerTrainingJobsRule"


def running_job(room: MachineRoom, definition: dict[str, Any]) -> str:
    """Wait until the job of a definition trains; give its name."""
    name = str(definition["States"]["Train"]["Parameters"]["TrainingJobName"])

    def trains() -> bool:
        try:
            return bool(room.jobs.describe(name)["SecondaryStatus"] == "Training")
        except ClientError:
            return False

    eventually(trains, 30)
    return name


def test_a_task_waits_for_its_job_and_gives_its_description(room: MachineRoom, trainer: str) -> None:
    definition = room.training(TRAINS)
    found = room.output(definition, role=trainer)
    assert found["TrainingJobName"] == definition["States"]["Train"]["Parameters"]["TrainingJobName"]
    assert found["TrainingJobStatus"] == "Completed"
    assert found["ModelArtifacts"]["S3ModelArtifacts"].endswith("model.tar.gz")
    assert isinstance(found["CreationTime"], int)


def test_the_history_tells_that_a_job_was_submitted_and_succeeded(room: MachineRoom, trainer: str) -> None:
    execution = room.start(room.make(room.training(TRAINS), trainer))
    room.ended(execution)
    assert room.events(execution) == [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]


def test_without_sync_a_task_gives_the_arn_and_does_not_wait(room: MachineRoom, trainer: str) -> None:
    request = room.jobs.request(UNTIL_STOPPED)
    definition = machine_of({"Train": task(TRAIN.removesuffix(".sync"), request)})
    found = room.output(definition, role=trainer)
    assert list(found) == ["TrainingJobArn"]
    running_job(room, definition)
    room.cloud.sagemaker.stop_training_job(TrainingJobName=request["TrainingJobName"])


def test_a_job_that_fails_fails_the_task_with_its_description(room: MachineRoom, trainer: str) -> None:
    error, cause = room.failure(room.training(BREAKS), role=trainer)
    assert error == "States.TaskFailed"
    description = json.loads(cause)
    assert description["TrainingJobStatus"] == "Failed"
    assert "AlgorithmError" in description["FailureReason"]


def test_a_failed_job_can_be_caught(room: MachineRoom, trainer: str) -> None:
    definition = room.training(
        BREAKS, fields={"Catch": [{"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.error", "Next": "Told"}]}
    )
    definition["States"]["Told"] = {"Type": "Pass", "End": True}
    found = room.output(definition, {"kept": 1}, role=trainer)
    assert found["kept"] == 1
    assert found["error"]["Error"] == "States.TaskFailed"
    assert json.loads(found["error"]["Cause"])["TrainingJobStatus"] == "Failed"


def test_a_job_that_is_stopped_fails_the_task(room: MachineRoom, trainer: str) -> None:
    definition = room.training(UNTIL_STOPPED)
    execution = room.start(room.make(definition, trainer))
    room.cloud.sagemaker.stop_training_job(TrainingJobName=running_job(room, definition))
    described = room.ended(execution)
    assert (described["status"], described["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(described["cause"])["TrainingJobStatus"] == "Stopped"


def test_stopping_the_execution_stops_its_job(room: MachineRoom, trainer: str) -> None:
    definition = room.training(UNTIL_STOPPED)
    execution = room.start(room.make(definition, trainer))
    name = running_job(room, definition)
    stopped = room.client.stop_execution(executionArn=execution, error="Enough", cause="the user's wish")
    described = room.describe(execution)
    assert described["status"] == "ABORTED"
    assert (described["error"], described["cause"]) == ("Enough", "the user's wish")
    assert described["stopDate"] == stopped["stopDate"]
    assert room.jobs.ended(name)["TrainingJobStatus"] == "Stopped"
    eventually(lambda: "ExecutionAborted" in room.events(execution))
    assert "TaskSucceeded" not in room.events(execution)
    assert room.describe(execution)["status"] == "ABORTED"


def test_a_task_whose_time_is_over_stops_its_job(room: MachineRoom, trainer: str) -> None:
    definition = room.training(UNTIL_STOPPED, fields={"TimeoutSeconds": 4})
    execution = room.start(room.make(definition, trainer))
    name = running_job(room, definition)
    described = room.ended(execution)
    assert (described["status"], described["error"]) == ("FAILED", "States.Timeout")
    assert room.jobs.ended(name)["TrainingJobStatus"] == "Stopped"


def test_a_branch_whose_job_fails_stops_the_job_of_the_other(room: MachineRoom, trainer: str) -> None:
    long, short = room.training(UNTIL_STOPPED), room.training(f"import time; time.sleep(2); {BREAKS}")
    catch = [{"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.error", "Next": "Told"}]
    both = {"Type": "Parallel", "Branches": [long, short], "Catch": catch, "End": True}
    definition = machine_of({"Both": both, "Told": {"Type": "Pass", "End": True}})
    found = room.output(definition, role=trainer)
    assert found["error"]["Error"] == "States.TaskFailed"
    name = long["States"]["Train"]["Parameters"]["TrainingJobName"]
    assert room.jobs.ended(name)["TrainingJobStatus"] == "Stopped"


@pytest.mark.parametrize(
    "action", ["sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob", "sagemaker:AddTags", "iam:PassRole"]
)
def test_a_missing_right_fails_the_task_and_is_named(room: MachineRoom, action: str) -> None:
    definition = room.training(TRAINS, Tags=[{"Key": "team", "Value": "churn"}])
    error, cause = room.failure(definition, role=room.trainer(without=action))
    request = definition["States"]["Train"]["Parameters"]
    resource = room.jobs.role if action == "iam:PassRole" else f"training-job/{request['TrainingJobName']}"
    assert error == "SageMaker.AmazonSageMakerException"
    assert f"is not authorized to perform: {action} on resource:" in cause
    assert resource in cause
    assert "(Service: AmazonSageMaker; Status Code: 400; Error Code: AccessDeniedException;" in cause


def test_a_role_that_may_only_be_passed_to_another_service_is_not_passed(room: MachineRoom) -> None:
    trusted = room.trainer(without="iam:PassRole")
    name = trusted.rsplit("/", maxsplit=1)[-1]
    condition = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    statement = allow("iam:PassRole", room.jobs.role, **condition)
    room.cloud.iam.put_role_policy(
        RoleName=name,
        PolicyName="pass",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    error, cause = room.failure(room.training(TRAINS), role=trusted)
    assert error == "SageMaker.AmazonSageMakerException"
    assert "iam:PassRole" in cause


@pytest.mark.parametrize("action", ["events:PutTargets", "events:PutRule", "events:DescribeRule"])
def test_a_machine_that_waits_for_jobs_needs_a_role_that_may_hear_of_them(room: MachineRoom, action: str) -> None:
    role = room.trainer(without=action)
    with pytest.raises(ClientError, match=f"not authorized to create managed-rule.*{action}.*{RULE}") as caught:
        room.make(room.training(TRAINS), role)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    unwaiting = machine_of({"Train": task(TRAIN.removesuffix(".sync"), room.jobs.request(TRAINS))})
    room.make(unwaiting, role)


def test_a_job_of_a_name_that_is_taken_has_aws_s_name_of_the_error(room: MachineRoom, trainer: str) -> None:
    definition = room.training(TRAINS)
    room.output(definition, role=trainer)
    error, cause = room.failure(definition, role=trainer)
    assert error == "SageMaker.ResourceInUseException"
    assert "already exists" in cause


def test_what_sagemaker_refuses_is_its_general_error(room: MachineRoom, trainer: str) -> None:
    error, cause = room.failure(room.training(TRAINS, StoppingCondition={"MaxRuntimeInSeconds": 0}), role=trainer)
    assert error == "SageMaker.AmazonSageMakerException"
    assert "Error Code: ValidationException" in cause


def test_parameters_of_a_wrong_type_fail_the_execution(room: MachineRoom, trainer: str) -> None:
    error, cause = room.failure(room.training(TRAINS, StoppingCondition={"MaxRuntimeInSeconds": "ten"}), role=trainer)
    assert error == "States.Runtime"
    assert "could not be used to start the Task" in cause
    assert "MaxRuntimeInSeconds" in cause


def test_a_model_is_put_behind_an_endpoint_and_replaced(room: MachineRoom) -> None:
    cloud = room.cloud
    arn = "arn:aws:sagemaker:us-east-1:123456789012"
    passes = allow("iam:PassRole", cloud.role, StringEquals={"iam:PassedToService": "sagemaker.amazonaws.com"})
    rights = [
        passes,
        allow("sagemaker:CreateModel", f"{arn}:model/served-*"),
        allow("sagemaker:CreateEndpointConfig", f"{arn}:endpoint-config/served-*"),
        allow(
            ["sagemaker:CreateEndpoint", "sagemaker:UpdateEndpoint"],
            [f"{arn}:endpoint/served", f"{arn}:endpoint-config/served-*"],
        ),
        allow("sagemaker:DescribeEndpoint", f"{arn}:endpoint/served"),
    ]
    role = cloud.make_role(rights, STATES_TRUST)
    described = cloud.sagemaker.describe_model(ModelName=cloud.make_model(scripted("one")))
    container = {
        "Image": described["PrimaryContainer"]["Image"],
        "Environment": described["PrimaryContainer"]["Environment"],
    }
    service, look = "arn:aws:states:::sagemaker", "arn:aws:states:::aws-sdk:sagemaker:describeEndpoint"
    variant = {"VariantName": "AllTraffic", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}

    def call(action: str, parameters: dict[str, Any], after: str) -> dict[str, Any]:
        resource = f"{service}:{action}"
        return {"Type": "Task", "Resource": resource, "Parameters": parameters, "ResultPath": None, "Next": after}

    definition = machine_of(
        {
            "Model": call(
                "createModel",
                {
                    "ModelName.$": "$.name",
                    "ExecutionRoleArn": cloud.role,
                    "PrimaryContainer": {**container, "ModelDataUrl.$": "$.data"},
                },
                "Config",
            ),
            "Config": call(
                "createEndpointConfig",
                {"EndpointConfigName.$": "$.name", "ProductionVariants": [{**variant, "ModelName.$": "$.name"}]},
                "New",
            ),
            "New": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.new", "BooleanEquals": True, "Next": "Create"}],
                "Default": "Update",
            },
            "Create": call("createEndpoint", {"EndpointName": "served", "EndpointConfigName.$": "$.name"}, "Wait"),
            "Update": call("updateEndpoint", {"EndpointName": "served", "EndpointConfigName.$": "$.name"}, "Wait"),
            "Wait": {"Type": "Wait", "Seconds": 6, "Next": "Look"},
            "Look": {
                "Type": "Task",
                "Resource": look,
                "Parameters": {"EndpointName": "served"},
                "ResultPath": "$.endpoint",
                "Next": "Ready",
            },
            "Ready": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.endpoint.EndpointStatus", "StringEquals": "InService", "Next": "Done"}],
                "Default": "Wait",
            },
            "Done": {"Type": "Succeed"},
        }
    )
    for number, name in enumerate(("one", "two")):
        given = {"name": f"served-{name}", "data": cloud.put(scripted(name)), "new": number == 0}
        found = room.output(definition, given, role=role)
        assert found["endpoint"]["EndpointConfigName"] == f"served-{name}"
        assert found["endpoint"]["CreationTime"].endswith("Z")
        assert cloud.invoke("served") == name


def asked_for(room: MachineRoom, noun: str, resource: str, parameters: dict[str, Any]) -> Any:
    """Run a state machine that asks for a job, with the rights for it; give what DescribeExecution says."""
    cloud, name = room.cloud, f"other-{resource}"
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:{resource}/{name}"
    passes = allow("iam:PassRole", cloud.role, StringEquals={"iam:PassedToService": "sagemaker.amazonaws.com"})
    events = allow(
        ["events:PutTargets", "events:PutRule", "events:DescribeRule"],
        f"arn:aws:events:us-east-1:123456789012:rule/StepFunctionsGetEventsForSageMaker{noun}sRule",
    )
    role = cloud.make_role(
        [passes, events, allow([f"sagemaker:Create{noun}", f"sagemaker:Describe{noun}"], arn)], STATES_TRUST
    )
    definition = machine_of(
        {"Job": task(f"arn:aws:states:::sagemaker:create{noun}.sync", {f"{noun}Name": name, **parameters})}
    )
    return room.run(definition, role=role)


def test_a_processing_job_is_asked_for_with_its_rights_and_refused(room: MachineRoom) -> None:
    cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
    parameters = {
        "AppSpecification": {"ImageUri": "image"},
        "ProcessingResources": {"ClusterConfig": cluster},
        "RoleArn": room.cloud.role,
    }
    described = asked_for(room, "ProcessingJob", "processing-job", parameters)
    assert (described["status"], described["error"]) == ("FAILED", "SageMaker.AmazonSageMakerException")
    assert "CreateProcessingJob is not emulated by the local cloud" in described["cause"]


def test_a_transform_job_that_fails_fails_its_task_with_its_description(room: MachineRoom) -> None:
    parameters = {
        "ModelName": room.cloud.make_model(scripted("transforms")),
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://models/data/"}},
        },
        "TransformOutput": {"S3OutputPath": "s3://models/out"},
        "TransformResources": {"InstanceCount": 1, "InstanceType": "ml.m5.large"},
    }
    described = asked_for(room, "TransformJob", "transform-job", parameters)
    assert (described["status"], described["error"]) == ("FAILED", "States.TaskFailed")
    cause = json.loads(described["cause"])
    assert cause["TransformJobStatus"] == "Failed"
    assert cause["FailureReason"].startswith("ClientError: ")
    assert cause["TransformOutput"] == parameters["TransformOutput"]
