"""wrk's script and report, without wrk."""

import pytest

from benchmarks.serving.protocol import Request
from benchmarks.serving.wrk import WrkFailedError, parse_report, render_script

OUTPUT = """Running 2s test @ http://127.0.0.1:8080
  1 threads and 16 connections
Requests/sec:    500.00
Transfer/sec:      0.10MB
report {"requests": 1000, "microseconds": 2000000, "status_errors": 3, "socket_errors": 2, "p50": 1500, "p99": 40000}
"""


def test_the_report_is_found_behind_what_wrk_prints():
    figures = parse_report(OUTPUT)
    assert (figures.requests, figures.seconds) == (1000, 2.0)
    assert (figures.p50_ms, figures.p99_ms) == (1.5, 40.0)
    assert (figures.status_errors, figures.socket_errors) == (3, 2)


def test_without_a_report_wrk_s_own_words_are_shown():
    with pytest.raises(WrkFailedError, match="unable to connect"):
        parse_report("unable to connect to 127.0.0.1:1 Connection refused\n")


def test_the_script_posts_the_file_with_every_header(tmp_path):
    headers = {"Content-Type": "text/csv", "Accept": "application/json"}
    script = render_script(Request("/invocations", headers, b""), tmp_path / "body")
    assert f'io.open("{tmp_path}/body", "rb")' in script
    assert 'wrk.path = "/invocations"' in script
    assert 'wrk.headers["Content-Type"] = "text/csv"' in script
    assert 'wrk.headers["Accept"] = "application/json"' in script
    # str.format has been through it.
    assert '\'report {"requests": %d,' in script
