"""What the tests of tuning jobs share: short ways to a tuning job and to what came of it."""

import itertools
from typing import Any

from tests.local_sagemaker.cloud import eventually
from tests.local_sagemaker.training.job_cloud import JobCloud

METRICS = [{"Name": "loss", "Regex": "loss=([-+.e0-9]+)"}]
# The objective is the distance from 0.3.
DISTANCE = """
import os, sys
open(os.path.join(os.environ["SM_MODEL_DIR"], "model.txt"), "w").close()
arguments = dict(zip(sys.argv[1::2], sys.argv[2::2]))
print("arguments", sorted(arguments))
print(f"loss={abs(float(arguments['--rate']) - 0.3)}")
"""
_number = itertools.count(1)
ENDED = ("Completed", "Failed", "Stopped")


def integer(name: str, low: str, high: str, **options: str) -> dict[str, Any]:
    """Write ParameterRanges with one range of whole numbers."""
    return {"IntegerParameterRanges": [{"Name": name, "MinValue": low, "MaxValue": high, **options}]}


def continuous(name: str, low: str, high: str, **options: str) -> dict[str, Any]:
    """Write ParameterRanges with one range of numbers."""
    return {"ContinuousParameterRanges": [{"Name": name, "MinValue": low, "MaxValue": high, **options}]}


def categorical(**values: list[str]) -> dict[str, Any]:
    """Write ParameterRanges with lists of texts."""
    return {"CategoricalParameterRanges": [{"Name": name, "Values": texts} for name, texts in values.items()]}


RATE = continuous("rate", "0", "1")


class TuningCloud(JobCloud):
    """A local cloud for tuning jobs."""

    def definition(self, script: str, **options: Any) -> dict[str, Any]:
        """Write a definition of training jobs; options replace its parts."""
        static = options.pop("static", {})
        request = self.request(script, algorithm={"MetricDefinitions": METRICS})
        del request["TrainingJobName"]
        return {"StaticHyperParameters": {**request.pop("HyperParameters"), **static}, **request, **options}

    def tuning_request(self, script: str = DISTANCE, ranges: Any = RATE, **options: Any) -> dict[str, Any]:
        """Write the parameters of CreateHyperParameterTuningJob; options replace its parts."""
        limits = {
            "MaxNumberOfTrainingJobs": options.pop("jobs", 2),
            "MaxParallelTrainingJobs": options.pop("parallel", 1),
            **options.pop("limits", {}),
        }
        return {
            "HyperParameterTuningJobName": options.pop("name", f"tuning-{next(_number)}"),
            "HyperParameterTuningJobConfig": {
                "Strategy": options.pop("strategy", "Random"),
                "HyperParameterTuningJobObjective": {"Type": options.pop("type", "Minimize"), "MetricName": "loss"},
                "ResourceLimits": {name: value for name, value in limits.items() if value is not None},
                "ParameterRanges": ranges,
                "RandomSeed": 1,
                **options.pop("config", {}),
            },
            "TrainingJobDefinition": self.definition(script, **options.pop("definition", {})),
            **options,
        }

    def start_tuning(self, script: str = DISTANCE, ranges: Any = RATE, **options: Any) -> str:
        """Create a tuning job; give its name."""
        request = self.tuning_request(script, ranges, **options)
        self.sagemaker.create_hyper_parameter_tuning_job(**request)
        return str(request["HyperParameterTuningJobName"])

    def tune(self, script: str = DISTANCE, ranges: Any = RATE, **options: Any) -> Any:
        """Create a tuning job and wait for its end; give what DescribeHyperParameterTuningJob says."""
        return self.tuned(self.start_tuning(script, ranges, **options))

    def describe_tuning(self, name: str) -> Any:
        """Give what DescribeHyperParameterTuningJob says."""
        return self.sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)

    def tuned(self, name: str) -> Any:
        """Wait for the end of a tuning job; give what DescribeHyperParameterTuningJob says."""

        def ended() -> Any:
            described = self.describe_tuning(name)
            return described if described["HyperParameterTuningJobStatus"] in ENDED else None

        return eventually(ended, 120.0)

    def trials(self, name: str, **options: Any) -> list[Any]:
        """List the training jobs of a tuning job."""
        list_them = self.sagemaker.list_training_jobs_for_hyper_parameter_tuning_job
        summaries: list[Any] = list_them(HyperParameterTuningJobName=name, MaxResults=100, **options)[
            "TrainingJobSummaries"
        ]
        return summaries

    def tried(self, name: str, hyperparameter: str) -> list[str]:
        """List the values of a hyperparameter in the order in which they were tried."""
        return [trial["TunedHyperParameters"][hyperparameter] for trial in self.trials(name)]
