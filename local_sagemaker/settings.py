"""What other processes may know of a running local cloud: it answers ``GET /_local_sagemaker/settings`` in JSON.

No client of AWS asks for that path: a bucket's name cannot begin with an underscore.

===========  ======================================================================
``account``  the account that everything lies in
``speed``    how many times as fast as AWS's its waits and periods pass (`pace`)
===========  ======================================================================
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_sagemaker import pace
from local_sagemaker.app import ACCOUNT_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PATH = "/_local_sagemaker/settings"
_SECONDS = 10.0


class SettingsError(Exception):
    """Nothing answers, or something else than a local cloud."""


@dataclass(frozen=True)
class Settings:
    """The settings of a running local cloud.

    Parameters
    ----------
    account
        Account number.
    speed
        Seconds of AWS that pass in a second.
    """

    account: str
    speed: float


def answering(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Let an application answer the path, too.

    Parameters
    ----------
    app
        The WSGI application that answers everything else.
    """

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH:
            return app(environ, start_response)
        content = json.dumps({"account": ACCOUNT_ID, "speed": pace.speed()}).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(content)))])
        return [content]

    return answer


def read(url: str) -> Settings:
    """Ask a local cloud for its settings.

    Parameters
    ----------
    url
        Such as ``http://localhost:4566``.

    Raises
    ------
    SettingsError
        Nothing answers, or something else than a local cloud.
    """
    # A proxy of the user's is for other hosts.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url + PATH, timeout=_SECONDS) as answer:
            content = json.load(answer)
            return Settings(str(content["account"]), float(content["speed"]))
    except urllib.error.HTTPError as error:
        error.close()
        raise SettingsError(f"what listens at {url} is not this version's local cloud: it has no {PATH}") from error
    except OSError as error:
        port = url.rpartition(":")[2]
        raise SettingsError(f"nothing answers at {url}: start it with local-sagemaker up --port {port}") from error
    except (ValueError, KeyError, TypeError, http.client.HTTPException) as error:
        raise SettingsError(f"what listens at {url} is not a local cloud: {PATH} gave no settings") from error
