"""ListTrainingJobs.

Rule: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTrainingJobs.html.
"""

from __future__ import annotations

from local_sagemaker.listing import Listing

TRAINING_JOBS = Listing(
    "TrainingJobSummaries",
    "TrainingJob",
    descending=False,
    from_creation_time=False,
    equals={
        "WarmPoolStatusEquals": lambda job: job.get("WarmPoolStatus", {}).get("Status"),
        "TrainingPlanArnEquals": lambda job: job.get("TrainingPlanArn"),
    },
)
