"""The alarms that undo a deployment: looked at with the execution role's rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.cloudwatch.models import cloudwatch_backends

from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.monitoring.alarms.states import ALARM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
    from local_sagemaker.hosting.fleet import Fleet


class RollbackAlarms:
    """Watches the alarms of one deployment.

    Parameters
    ----------
    names
        Of the alarms.
    fleet
        The new one: its role must be allowed to describe them.
    endpoint
        Which endpoint.

    Raises
    ------
    DataPlaneError
        An alarm does not exist, or the role may not look at it.
    """

    def __init__(self, names: Sequence[str], fleet: Fleet, endpoint: EndpointIdentity) -> None:
        alarms = cloudwatch_backends[endpoint.account_id][endpoint.region].alarms
        missing = [name for name in names if name not in alarms]
        if missing:
            raise DataPlaneError(f"Could not find the alarms {', '.join(missing)} of AutoRollbackConfiguration.")
        self._alarms = [alarms[name] for name in names]
        for alarm in self._alarms:
            fleet.role.authorize("cloudwatch:DescribeAlarms", alarm.alarm_arn)

    def check(self) -> None:
        """Go on, unless an alarm is in ALARM.

        Raises
        ------
        DataPlaneError
            One is.
        """
        firing = [alarm.name for alarm in self._alarms if alarm.state_value == ALARM]
        if firing:
            raise DataPlaneError(
                f"The deployment was rolled back: the alarms {', '.join(firing)} of AutoRollbackConfiguration are in "
                "ALARM state."
            )
