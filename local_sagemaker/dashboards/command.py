"""What ``local-sagemaker dashboard`` does: from a dashboard's name to a file with its picture."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from local_sagemaker import settings
from local_sagemaker.dashboards.body import read_body
from local_sagemaker.dashboards.cloudwatch import CloudWatch
from local_sagemaker.dashboards.drawing import picture
from local_sagemaker.dashboards.exceptions import DashboardError
from local_sagemaker.dashboards.filling import fill
from local_sagemaker.dashboards.time_range import TimeRange, default_last, parse_last

if TYPE_CHECKING:
    from pathlib import Path

    from local_sagemaker.dashboards.series import FilledDashboard


def fetch(name: str, url: str, region: str, last: str | None = None) -> FilledDashboard:
    """Fetch a dashboard with its data from a running local cloud.

    Parameters
    ----------
    name
        The dashboard's.
    url
        Such as ``http://localhost:4566``.
    region
        Where it lies.
    last
        How much time up to now it shows, as it passes here, such as ``5m``; None for what the body says, else three
        hours of AWS, at the local cloud's pace.

    Raises
    ------
    DashboardError
        It cannot be drawn.
    SettingsError
        Nothing answers, or something else than a local cloud.
    """
    seconds = None if last is None else parse_last(last)
    speed = settings.read(url).speed
    with closing(CloudWatch(url, region)) as cloudwatch:
        try:
            body = read_body(cloudwatch.body(name))
            end = int(time.time())
            start = end - max(round(seconds or default_last(body.start, speed)), 1)
            if any(widget.properties.get("setPeriodToTimeRange") for widget in body.widgets):
                # What sums up the whole time does so from a whole minute on, as CloudWatch does.
                start -= start % 60
            return fill(name, body, cloudwatch, TimeRange(start, end), speed)
        except (BotoCoreError, ClientError) as error:
            raise DashboardError(f"CloudWatch at {url} gave no answer: {error}") from error


def draw_to(dashboard: FilledDashboard, path: Path) -> None:
    """Draw a dashboard into a PNG file.

    Raises
    ------
    DashboardError
        The file cannot be written, or matplotlib is missing.
    """
    figure = picture.draw(dashboard)
    try:
        picture.save(figure, path)
    except OSError as error:
        raise DashboardError(f"--png {path} cannot be written: {error.strerror or error}") from error
