"""What is shown of a job follows from what was asked for and how far it is."""

from local_sagemaker.training.job_record import JobRecord

REQUEST = {
    "TrainingJobName": "job",
    "HyperParameters": {"epochs": "3"},
    "ResourceConfig": {"InstanceType": "ml.m5.large"},
    "Tags": [{"Key": "team", "Value": "churn"}],
}


def record(**options):
    return JobRecord({**REQUEST, **options}, "arn:aws:sagemaker:us-east-1:123456789012:training-job/job")


def test_a_new_job_is_starting_and_has_no_end():
    described = record().describe()
    assert (described["TrainingJobStatus"], described["SecondaryStatus"]) == ("InProgress", "Starting")
    (transition,) = described["SecondaryStatusTransitions"]
    assert transition["StatusMessage"] == "Starting the training job"
    assert "EndTime" not in transition
    absent = {
        "TrainingStartTime",
        "TrainingEndTime",
        "ModelArtifacts",
        "FailureReason",
        "BillableTimeInSeconds",
        "Tags",
    }
    assert not absent & set(described)


def test_the_key_of_the_outputs_is_always_shown():
    given = {"S3OutputPath": "s3://bucket/out"}
    assert record(OutputDataConfig=given).describe()["OutputDataConfig"] == {**given, "KmsKeyId": ""}
    key = {**given, "KmsKeyId": "alias/mine"}
    assert record(OutputDataConfig=key).describe()["OutputDataConfig"] == key


def test_the_same_status_again_changes_its_message_only():
    job = record()
    job.enter("Starting", "Preparing the instances for training")
    (transition,) = job.describe()["SecondaryStatusTransitions"]
    assert transition["StatusMessage"] == "Preparing the instances for training"


def test_the_end_ends_the_last_transition_too():
    job = record()
    job.begin_training()
    job.enter("Training", "Training in progress.")
    job.finish("Failed", "Failed", "Training job failed", reason="AlgorithmError: no")
    described = job.describe()
    assert job.ended
    assert described["FailureReason"] == "AlgorithmError: no"
    assert all("EndTime" in transition for transition in described["SecondaryStatusTransitions"])
    assert described["TrainingTimeInSeconds"] == described["BillableTimeInSeconds"] >= 0


def test_what_was_asked_for_is_not_shared_with_who_asked():
    parameters = {"epochs": "3"}
    job = record(HyperParameters=parameters)
    parameters["epochs"] = "4"
    assert job.describe()["HyperParameters"] == {"epochs": "3"}


def test_tags_are_the_search_s_to_show():
    job = record()
    assert job.tags == [{"Key": "team", "Value": "churn"}]
    assert job.gen_response_object()["Tags"] == job.tags
