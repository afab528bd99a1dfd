"""One container of a multi-model endpoint: it answers /ping from the start, and has a process for each loaded model."""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import threading
from typing import TYPE_CHECKING

from local_sagemaker.access.artifacts import Location
from local_sagemaker.containers.container_plans import plan_container, plan_installation
from local_sagemaker.containers.containers import STOP_GRACE, Container
from local_sagemaker.containers.current_process import CurrentProcess
from local_sagemaker.containers.loaded_models import LoadedModels
from local_sagemaker.data_plane_errors import AccessDeniedError, DataPlaneError, MissingModelDataError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local_sagemaker.access.artifacts import ArtifactStore
    from local_sagemaker.containers.container_logs import ContainerLog
    from local_sagemaker.containers.container_plans import Site


class NoSuchModelError(DataPlaneError):
    """TargetModel names an object that is not there, or that the execution role may not read."""


class MultiModelContainer:
    """One container, with what `Router` and `Exchange` use of a `Container`.

    Parameters
    ----------
    models
        Prefix that the models lie under.
    store
        S3 as the execution role sees it.
    given
        The model's environment.
    site
        Where it runs: the base directory is the container's own, and holds ``code`` already.
    python
        Interpreter of the models' processes.
    log
        Where their output goes.
    startup_timeout
        Seconds from a model's start to its first successful /ping.
    cache
        Whether models stay loaded.
    """

    def __init__(
        self,
        models: Location,
        store: ArtifactStore,
        *,
        given: Mapping[str, str],
        site: Site,
        python: str,
        log: ContainerLog,
        startup_timeout: float,
        cache: bool,
    ) -> None:
        self._models = models
        self._store = store
        self._given = given
        self._site = site
        self._python = python
        self._startup_timeout = startup_timeout
        self._installation = plan_installation(given, site, python)
        self._installing = CurrentProcess()
        self._loads = itertools.count()
        self.log = log
        self.client = LoadedModels(self._fetch, cache=cache)
        self.ready = threading.Event()
        self.in_flight = 0

    @property
    def pid(self) -> int | None:
        """Process id of the multi-model server: it is this process."""
        return os.getpid() if self.ready.is_set() else None

    @property
    def process_groups(self) -> frozenset[int]:
        """Process groups of the models that are loaded."""
        return self.client.process_groups

    def start(self) -> None:
        """Install what the models' code needs, and take requests.

        Raises
        ------
        ContainerError
            It cannot be installed.
        """
        self.log.open()
        if self._installation is not None:
            self._installation.run(self._installing.start, self.log.write, self._startup_timeout)
            self._python = self._installation.python
        self.ready.set()

    def stop(self) -> None:
        """Let all models go for good."""
        self.ready.clear()
        self._installing.stop(STOP_GRACE)
        self.client.close()
        shutil.rmtree(self._site.base_dir, ignore_errors=True)

    def _fetch(self, name: str) -> Container:
        """Have the model's files here, as SageMaker keeps them on the instance's volume, and plan its process."""
        # SageMaker, too, keeps a model in a folder whose name is not the model's.
        folder = self._site.base_dir / hashlib.sha256(name.encode()).hexdigest()[:16]
        if not folder.exists():
            self._download(Location(self._models.bucket, f"{self._models.key}{name}"), folder)
        plan = plan_container(self._given, self._site._replace(base_dir=folder), self._python)
        # A socket's path has 107 bytes at most.
        return Container(plan, folder / f"s{next(self._loads)}", folder / "tmp", self.log, self._startup_timeout)

    def _download(self, location: Location, folder: Path) -> None:
        loading = folder.with_suffix(".loading")
        shutil.rmtree(loading, ignore_errors=True)
        # Not its parents: where they are gone, so is the instance.
        loading.mkdir()
        for part in ("model", "tmp"):
            (loading / part).mkdir()
        (loading / "code").symlink_to(self._site.base_dir / "code", target_is_directory=True)
        try:
            self._store.fetch_archive(location, loading / "model")
        except (AccessDeniedError, MissingModelDataError) as error:
            raise NoSuchModelError(
                f"Failed to download model data(bucket: {location.bucket}, key: {location.key}). Please ensure that "
                "there is an object located at the URL and that the role passed to CreateModel has permissions to "
                f"download the model. ({error})"
            ) from error
        loading.rename(folder)
