"""Programs that heed the variables reach this machine and nothing else."""

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from local_sagemaker.containers.network_isolation import NO_NETWORK

FETCH = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=60).read())"


def fetched(address):
    return subprocess.run(
        [sys.executable, "-c", FETCH, address], env=NO_NETWORK, capture_output=True, text=True, check=False
    )


def test_only_this_machine_is_reached():
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"here")

        def log_message(self, *_):
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        here = fetched(f"http://localhost:{server.server_port}/")
        server.shutdown()
        thread.join()
    assert here.stdout == "b'here'\n", here.stderr
    # Refused at once where nothing listens; without the variables, the name would be looked up.
    assert "Connection refused" in fetched("http://nowhere.invalid/").stderr
    assert "Connection refused" in fetched("https://nowhere.invalid/").stderr
