"""The server with a model that does what the request's body says, so that a test decides what happens when."""

import os
import signal
import sys
import types
from typing import NamedTuple, Optional

from sklearn_runtime import server
from sklearn_runtime.errors import ModelLoadError


class Response(NamedTuple):
    status: int
    content_type: str
    body: bytes


class ScriptedService:
    """Answers with the body, or obeys it: ``wait PATH`` (a named pipe), ``pid``, ``exit``, ``raise``, ``size N``, ..."""

    may_block = os.environ.get("SCRIPT_MAY_BLOCK") == "true"

    @classmethod
    def load(cls, settings):
        script = os.environ.get("SCRIPT_LOAD", "")
        if script == "fail":
            raise ModelLoadError("no model file in\n the directory")
        if script == "crash":
            raise RuntimeError("the loader crashed")
        if script == "wait":
            print('{"message": "loading"}', file=sys.stderr, flush=True)
            signal.pause()
        return cls()

    def invoke(self, body, content_type, accept, custom_attributes=None):
        command, _, argument = body[:1000].partition(b" ")
        if command == b"wait":
            with open(argument) as pipe:
                return Response(200, "text/plain", pipe.read().encode())
        if command == b"pid":
            return Response(200, "text/plain", str(os.getpid()).encode())
        if command == b"thread":
            import threading

            return Response(200, "text/plain", threading.current_thread().name.encode())
        if command == b"exit":
            sys.exit("the hook left")
        if command == b"raise":
            raise RuntimeError("invoke raised")
        if command == b"die":
            os.kill(os.getpid(), signal.SIGKILL)
        if command == b"size":
            return Response(200, "application/octet-stream", b"x" * int(argument))
        if command == b"type":
            return Response(200, argument.decode("latin-1"), b"")
        if command == b"status":
            return Response(int(argument), "text/plain", b"not json")
        if command == b"headers":
            return Response(200, "text/plain", repr((content_type, accept, custom_attributes)).encode())
        return Response(200, "text/plain", bytes(body))

    def execution_parameters(self) -> Optional[Response]:
        if os.environ.get("SCRIPT_PARAMETERS") == "true":
            return Response(200, "application/json", b'{"BatchStrategy": "MultiRecord"}')
        return None


service = types.ModuleType("sklearn_runtime.service")
service.InferenceService = ScriptedService  # type: ignore[attr-defined]
sys.modules["sklearn_runtime.service"] = service

if os.environ.get("SCRIPT_WORKERS_DIE") == "true":
    os.register_at_fork(after_in_child=lambda: os._exit(7))

if __name__ == "__main__":
    sys.exit(server.main())
