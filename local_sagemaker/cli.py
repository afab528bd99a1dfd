"""The command line of the local cloud.

``up`` runs it, ``env`` says how clients reach it, ``dashboard`` draws one of its CloudWatch dashboards.
"""

from __future__ import annotations

import logging
import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

from local_sagemaker.app import ACCOUNT_ID, DEFAULT_REGION
from local_sagemaker.environment import answers, client_environment, export_lines, sdk_environment
from local_sagemaker.pace import DEFAULT_SPEED

DEFAULT_PORT = 4566

cli = typer.Typer(
    name="local-sagemaker",
    help="A local cloud for scikit-learn on SageMaker: the unmodified CDK, boto3 and the AWS CLI work against it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Port = Annotated[int, typer.Option(min=0, max=65535, help="Port on localhost; 0 takes any free one.")]


Pythons = Annotated[
    list[str],
    typer.Option(
        "--python",
        metavar="VERSION=PATH",
        help="Python for models whose image has this version, such as 1.2-1=PATH; own=PATH: whose image is not AWS's.",
    ),
]


Speed = Annotated[
    float,
    typer.Option(
        min=1.0, help="How many times as fast as AWS's the waits of deployments and the periods of alarms pass."
    ),
]


KnownKeysOnly = Annotated[
    bool,
    typer.Option(
        "--known-keys-only",
        help="Refuse access keys that this cloud has not given out, as AWS does; by default they are an "
        "administrator's with any secret. Signatures with known keys are verified in any case.",
    ),
]


ForSdk = Annotated[
    bool,
    typer.Option(
        "--sagemaker-sdk", help="Also what the SageMaker Python SDK needs: a proxy to STS, whom to trust, no telemetry."
    ),
]


Png = Annotated[Path, typer.Option("--png", metavar="FILE.png", help="The file to draw into.")]


Last = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="How much time up to now to show, as it passes here: 90s, 5m, 3h. Default: what the dashboard says, "
        "else three hours of AWS.",
    ),
]


@cli.command()
def up(
    port: Port = DEFAULT_PORT,
    python: Pythons = [],  # noqa: B006 - typer only reads it
    speed: Speed = DEFAULT_SPEED,
    known_keys_only: KnownKeysOnly = False,
) -> None:
    """Run the local cloud until SIGTERM or Ctrl-C. Its state is in memory: it starts empty, not bootstrapped."""
    # moto takes two seconds to import, which `env` and `--help` do not need.
    from local_sagemaker import pace
    from local_sagemaker.access import signatures
    from local_sagemaker.api_gateway import gateway
    from local_sagemaker.app import create_app
    from local_sagemaker.containers import interpreters
    from local_sagemaker.functions import service
    from local_sagemaker.hosting import endpoints
    from local_sagemaker.server import LocalServer, PortUnavailableError
    from local_sagemaker.state_machines import engine
    from local_sagemaker.training import jobs
    from local_sagemaker.transform import transforms
    from local_sagemaker.tuning import jobs as tuning_jobs

    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.WARNING)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    try:
        interpreters.use(python)
        pace.use(speed)
        signatures.use(known_keys_only=known_keys_only)
        server = LocalServer(create_app(lambda: server.url), port)
    except (interpreters.InterpreterError, PortUnavailableError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    server.start()
    typer.echo(f"ready {server.url}")
    stopped.wait()
    server.stop()
    gateway.shutdown()
    engine.shutdown()
    service.shutdown()
    tuning_jobs.shutdown()
    transforms.shutdown()
    jobs.shutdown()
    endpoints.shutdown()


@cli.command()
def env(port: Port = DEFAULT_PORT, region: str = DEFAULT_REGION, sagemaker_sdk: ForSdk = False) -> None:
    """Print the lines that point a shell at the local cloud: eval "$(local-sagemaker env)"."""
    from local_sagemaker.sagemaker_sdk.client_files import CacheFolderError, write_client_files

    url = f"http://localhost:{port}"
    variables = client_environment(url, account_id=ACCOUNT_ID, region=region)
    if sagemaker_sdk:
        try:
            variables.update(sdk_environment(url, write_client_files()))
        except CacheFolderError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(1) from error
    for line in export_lines(variables):
        typer.echo(line)
    if not answers(port):
        # The CDK would say so, too, but only after a minute of retries.
        typer.echo(f"nothing answers at {url} yet: local-sagemaker up --port {port}", err=True)


@cli.command()
def dashboard(name: str, png: Png, port: Port = DEFAULT_PORT, region: str = DEFAULT_REGION, last: Last = None) -> None:
    """Draw a CloudWatch dashboard with what it shows now."""
    from local_sagemaker.dashboards import command
    from local_sagemaker.dashboards.exceptions import DashboardError
    from local_sagemaker.settings import SettingsError

    try:
        command.draw_to(command.fetch(name, f"http://localhost:{port}", region, last), png)
    except (DashboardError, SettingsError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"drawn {png}")
