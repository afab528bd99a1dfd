"""The names of jobs: an execution may give its own name to its job; any other job is named by the time."""

from __future__ import annotations

from constructs_lib.jobs.workflow import States, Step, choice, put

CLOCK = "States.StringSplit($$.Execution.StartTime, '-T:.Z')"
"""What ``clock`` of the collected settings must be: the parts of the time."""
MAX_NAME = 39
"""Characters of what jobs' names begin with: a name has 63, and ends in a hyphen and the 23 of its time."""


def name_job(name_prefix: str) -> Step:
    """Choose the job's name, which is at ``$.job.name`` from then on.

    Parameters
    ----------
    name_prefix
        Of the job's name: an execution whose name begins so gives its name to the job; any other job is named by the
        time, as the SageMaker SDK names it.
    """
    # Whole seconds may be written without a fraction, so that chance tells two jobs of one second apart.
    parts = [f"States.ArrayGetItem($.clock, {index})" for index in range(_YEAR_TO_SECOND)]
    parts.append("States.MathRandom(100, 999)")
    text = f"States.Format('{'-'.join(['{}'] * len(parts))}', {', '.join(parts)})"
    named = {"Variable": "$$.Execution.Name", "StringMatches": f"{name_prefix}-*", "Next": "Name the job as asked"}

    def states(after: str) -> States:
        return {
            "Write the time": put("$.time", {"text.$": text}, "Is the job named"),
            "Is the job named": choice([named], "Name the job by the time"),
            "Name the job as asked": put("$.job", {"name.$": "$$.Execution.Name"}, after),
            "Name the job by the time": put(
                "$.job", {"name.$": f"States.Format('{name_prefix}-{{}}', $.time.text)"}, after
            ),
        }

    return Step("Write the time", states)


_YEAR_TO_SECOND = 6
