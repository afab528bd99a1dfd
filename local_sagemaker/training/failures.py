"""Why a training job failed: what its container writes to ``/opt/ml/output/failure``, and how the container ends."""

from __future__ import annotations

from dataclasses import dataclass

# The toolkit's names for a command that failed, by what the command was to do.
SCRIPT_ERROR = "ExecuteUserScriptError"
REQUIREMENTS_ERROR = "InstallRequirementsError"
PACKAGE_ERROR = "InstallModuleError"


@dataclass(frozen=True, kw_only=True)
class CommandFailure:
    """A command that ended with a status other than 0.

    Attributes
    ----------
    error : str
        The toolkit's name for it, one of the three above.
    exit_status : int
        Of the command; negative where a signal ended it.
    last_line : str
        The last line that the command wrote and that says why. AWS's toolkit leaves it out of the failure file; it is
        in the log only.
    command : tuple of str
        Program and arguments.
    """

    error: str
    exit_status: int
    last_line: str
    command: tuple[str, ...]

    @property
    def container_status(self) -> int:
        """Exit status of the container: 1, whatever the command's was."""
        return 1

    @property
    def text(self) -> str:
        """What goes to the failure file, in the toolkit's form."""
        lines = [f"{self.error}:", f"ExitCode {self.exit_status}", f'ErrorMessage "{self.last_line}"']
        if self.exit_status == 137:  # of a shell whose last command was killed
            lines.append('ExtraInfo "OutOfMemory: Process killed by SIGKILL (signal 9)"')
        return "\n".join([*lines, f'Command "{" ".join(self.command)}"'])


@dataclass(frozen=True, kw_only=True)
class FrameworkFailure:
    """Something other than a command went wrong: a file that is not there, code that cannot be fetched.

    Attributes
    ----------
    error : Exception
    """

    error: Exception

    @property
    def container_status(self) -> int:
        """Exit status of the container: the number of the operating system's error, 1 for any other error."""
        return getattr(self.error, "errno", None) or 1

    @property
    def last_line(self) -> str:
        """The error on one line."""
        return f"{type(self.error).__name__}: {self.error}"

    @property
    def text(self) -> str:
        """What goes to the failure file: the toolkit has its own traceback there as well."""
        return f"Framework Error: \n{self.last_line}\n\n{self.error}"
