"""The errors that the constructs raise at synthesis, each with every problem that was found.

ValueError
└── ConfigurationError      a construct was given something that SageMaker, or the runtime, does not accept
    ├── EntryPointError     the user's script, or the folder around it
    ├── ImageError          the container image: its version, region or architecture
    ├── ModelDataError      the model artifact
    └── RequirementsError   the packages that travel with the model
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from constructs import IConstruct


class ConfigurationError(ValueError):
    """One or more problems with what a construct was given.

    Parameters
    ----------
    problems
        Each names the offending value, what is allowed, and the remedy.
    path
        Path of the construct in the tree; empty where there is none yet.

    Attributes
    ----------
    problems
        The same texts, for a program to read.
    """

    def __init__(self, *problems: str, path: str = "") -> None:
        self.problems = problems
        text = problems[0] if len(problems) == 1 else "\n  - ".join([f"{len(problems)} problems:", *problems])
        super().__init__(f"[{path}] {text}" if path else text)


class EntryPointError(ConfigurationError):
    """The user's script does not exist, does not parse, or defines no hook that the server would call."""


class ImageError(ConfigurationError):
    """There is no such image: unknown framework version, region without it, or no build for the architecture."""


class ModelDataError(ConfigurationError):
    """The model artifact is missing, ambiguous or unreadable."""


class RequirementsError(ConfigurationError):
    """A requirements.txt cannot become wheels for the image: a line without hashes, or no wheel for its Python."""


class Problems:
    """Collects what is wrong with a construct, so that its user sees all of it at once.

    Parameters
    ----------
    construct
        The construct whose path stands in the message.
    """

    def __init__(self, construct: IConstruct) -> None:
        self._construct = construct
        self._found: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, problems: Iterable[str]) -> None:
        """Add texts; none is fine."""
        self._found += problems

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Add the problems of an error that is raised inside, and go on."""
        try:
            yield
        except ConfigurationError as error:
            self._found += error.problems

    def raise_all(self) -> None:
        """Raise one error that holds everything collected; do nothing when that is nothing.

        Raises
        ------
        ConfigurationError
            With the path of the construct and every problem.
        """
        if self._found:
            raise ConfigurationError(*self._found, path=self._construct.node.path)
