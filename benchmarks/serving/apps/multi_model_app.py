"""Drives the multi-model server's handler in this process: a line of JSON in, a line of JSON out.

The server itself is Java and not here. HandlerService stands for sagemaker_sklearn_container.handler_service, which is
not on PyPI; the decoding, the encoding and the transformer are AWS's sagemaker-inference.
"""

import base64
import json
import statistics
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from sagemaker_inference import content_types, decoder, encoder  # type: ignore[import-not-found]
from sagemaker_inference.default_handler_service import DefaultHandlerService  # type: ignore[import-not-found]
from sagemaker_inference.default_inference_handler import DefaultInferenceHandler  # type: ignore[import-not-found]
from sagemaker_inference.transformer import Transformer  # type: ignore[import-not-found]

BATCHES = 5


class InferenceHandler(DefaultInferenceHandler):  # type: ignore[misc, unused-ignore]
    """The image's defaults."""

    def default_input_fn(self, input_data: Any, content_type: str) -> Any:
        rows = decoder.decode(input_data, content_type)
        rows = rows.reshape(1, -1) if rows.ndim == 1 else rows
        return rows.astype(np.float32) if content_type in content_types.UTF8_TYPES else rows

    def default_predict_fn(self, input_data: Any, model: Any) -> Any:
        return model.predict(input_data)

    def default_output_fn(self, prediction: Any, accept: str) -> Any:
        return encoder.encode(prediction, accept), accept


class Context:
    """What the server gives beside the body."""

    def __init__(self, model_dir: str, content_type: str) -> None:
        self.system_properties = {"model_dir": model_dir}
        headers = {"Content-Type": content_type, "Accept": content_type}
        self.request_processor = [SimpleNamespace(get_request_properties=lambda: headers)]
        self.status = 200

    def set_response_content_type(self, index: int, content_type: str) -> None:
        """It would become a header."""

    def set_response_status(self, code: int, phrase: str) -> None:  # noqa: ARG002
        self.status = code


def main() -> None:
    model_dir = sys.argv[1]
    service = DefaultHandlerService(Transformer(InferenceHandler()))
    service.initialize(Context(model_dir, content_types.JSON))
    for line in sys.stdin:
        order = json.loads(line)
        context = Context(model_dir, order["content_type"])
        data = [{"body": bytearray(Path(order["body"]).read_bytes())}]
        [answer] = service.handle(data, context)
        times = []
        for _ in range(BATCHES):
            end, count, started = time.monotonic() + order["seconds"] / BATCHES, 0, time.process_time()
            while time.monotonic() < end or not count:
                service.handle(data, context)
                count += 1
            times.append((time.process_time() - started) / count * 1e6)
        raw = answer.encode() if isinstance(answer, str) else bytes(answer)
        report = {
            "status": context.status,
            "body": base64.b64encode(raw).decode("ascii"),
            "cpu_us": statistics.median(times),
        }
        print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
