"""The three files in ``/opt/ml/input/config`` that SageMaker writes and a container reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_sagemaker.training.script_environment import HOST, INSTANCE_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class ConfigFiles:
    """Content of ``hyperparameters.json``, ``inputdataconfig.json`` and ``resourceconfig.json``.

    Attributes
    ----------
    hyperparameters : dict
        As in the API: every value is text, which the toolkit decodes from JSON where it is JSON.
    input_data_config : dict
        Channel name to its settings, such as ``{"TrainingInputMode": "File", ...}``.
    resource_config : dict
        The machines: ``hosts``, ``current_host``, ``current_instance_type`` and so on.
    """

    hyperparameters: Mapping[str, Any]
    input_data_config: Mapping[str, Any]
    resource_config: Mapping[str, Any]

    @classmethod
    def read(cls, base_dir: Path) -> ConfigFiles:
        """Read the files of a job.

        Parameters
        ----------
        base_dir : Path
            Stands for ``/opt/ml``.

        Raises
        ------
        FileNotFoundError
            One of the files is not there.
        ValueError
            One is not JSON.
        """
        folder = base_dir / "input" / "config"
        hyperparameters, input_data_config, resource_config = (
            json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            for name in ("hyperparameters", "inputdataconfig", "resourceconfig")
        )
        return cls(
            hyperparameters=hyperparameters, input_data_config=input_data_config, resource_config=resource_config
        )

    def write(self, base_dir: Path) -> None:
        """Write the files of a job.

        Parameters
        ----------
        base_dir : Path
            Stands for ``/opt/ml``.
        """
        folder = base_dir / "input" / "config"
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in (
            ("hyperparameters", self.hyperparameters),
            ("inputdataconfig", self.input_data_config),
            ("resourceconfig", self.resource_config),
        ):
            (folder / f"{name}.json").write_text(json.dumps(content, indent=2), encoding="utf-8")


def whole_files(channels: Iterable[str]) -> dict[str, dict[str, str]]:
    """Give an ``inputdataconfig.json`` where every channel is whole files, copied to every machine.

    Parameters
    ----------
    channels : iterable of str
        Their names.
    """
    return {
        name: {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"}
        for name in channels
    }


def one_machine(instance_type: str = "local") -> dict[str, Any]:
    """Give a ``resourceconfig.json`` of one machine.

    Parameters
    ----------
    instance_type : str
        Such as ``ml.m5.large``. Default: what the toolkit itself takes where SageMaker names none.
    """
    return {
        "current_host": HOST,
        "current_instance_type": instance_type,
        "current_group_name": INSTANCE_GROUP,
        "hosts": [HOST],
        "instance_groups": [
            {"instance_group_name": INSTANCE_GROUP, "instance_type": instance_type, "hosts": [HOST]},
        ],
        "network_interface_name": "eth0",
    }
