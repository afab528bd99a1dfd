"""The watchdog clears away exactly what is still registered."""

import io
import json
import signal
import subprocess
import sys

from local_sagemaker.containers import watchdog


def commands(*entries):
    return io.StringIO("".join(json.dumps(entry) + "\n" for entry in entries))


def test_what_is_registered_at_the_end_goes_and_what_was_dropped_stays(tmp_path):
    kept, gone = tmp_path / "kept", tmp_path / "gone"
    kept.mkdir()
    gone.mkdir()
    with (
        subprocess.Popen(["sleep", "60"], start_new_session=True) as dropped,
        subprocess.Popen(["sleep", "60"], start_new_session=True) as registered,
    ):
        watchdog.watch(
            commands(
                ["add", "group", dropped.pid],
                ["add", "group", registered.pid],
                ["add", "folder", str(kept)],
                ["add", "folder", str(gone)],
                ["drop", "group", dropped.pid],
                ["drop", "folder", str(kept)],
            )
        )
        assert registered.wait(20) == -signal.SIGKILL
        assert dropped.poll() is None
        dropped.kill()
    assert kept.exists()
    assert not gone.exists()


def test_what_is_gone_already_is_no_error(tmp_path):
    with subprocess.Popen(["true"], start_new_session=True) as ended:
        pass
    watchdog.watch(commands(["add", "group", ended.pid], ["add", "folder", str(tmp_path / "none")]))


def test_it_runs_as_a_program(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    subprocess.run(
        [sys.executable, "-I", watchdog.__file__],
        input=commands(["add", "folder", str(gone)]).read(),
        text=True,
        check=True,
    )
    assert not gone.exists()
