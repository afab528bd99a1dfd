"""The model behind LitServe."""

import sys
from typing import Any

import joblib
import litserve  # type: ignore[import-not-found]
import numpy as np


class Bench(litserve.LitAPI):  # type: ignore[misc, unused-ignore]
    def setup(self, device: str) -> None:  # noqa: ARG002
        self.model = joblib.load(sys.argv[1])

    # LitServe reads an annotation here as the type of a parameter of FastAPI's.
    def decode_request(self, request):  # type: ignore[no-untyped-def]
        return np.array(request["input"])

    def predict(self, rows: Any) -> Any:
        return self.model.predict(rows)

    def encode_response(self, prediction: Any) -> Any:
        return {"output": prediction.tolist()}


if __name__ == "__main__":
    server = litserve.LitServer(Bench(), accelerator="cpu", workers_per_device=2)
    server.run(host="127.0.0.1", port=int(sys.argv[2]), generate_client_file=False)
