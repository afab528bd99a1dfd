"""Sends good requests, then a burst that fails, then good ones again, and says what the alarm makes of it.

`python burst.py` takes half a minute on the local cloud, where a minute of AWS passes in a second; on AWS a quarter of
an hour.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import numpy as np
from sklearn.datasets import load_wine

from endpoint_client import ModelError, Predictor

ALARM = "wine-server-errors-critical"
HUE = 10
GOOD = load_wine().data
# A release of a caller that sends 0 where it does not know the hue.
BAD = GOOD.copy()
BAD[:, HUE] = 0


def state() -> tuple[str, str]:
    """The alarm's state, and what CloudWatch says of it."""
    (alarm,) = boto3.client("cloudwatch").describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
    return alarm["StateValue"], alarm["StateReason"]


@contextmanager
def callers(predictor: Predictor, bad_share: float) -> Iterator[Counter[str]]:
    """Have four callers send a few wines each, over and over; counts what was sent and what failed."""
    counts: Counter[str] = Counter()
    stopped = threading.Event()

    def call(seed: int) -> None:
        chance = np.random.default_rng(seed)
        while not stopped.wait(0.03):
            wines = BAD if chance.random() < bad_share else GOOD
            first = chance.integers(len(wines) - 5)
            counts["sent"] += 1
            try:
                predictor.predict(wines[first : first + 5])
            except ModelError:
                counts["failed"] += 1

    threads = [threading.Thread(target=call, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield counts
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def until(wanted: str, predictor: Predictor, bad_share: float) -> None:
    """Send requests until the alarm has been in a state for a while."""
    deadline, seen = time.monotonic() + 900, 0
    with callers(predictor, bad_share) as counts:
        while seen < 8:
            if time.monotonic() > deadline:
                raise SystemExit(f"{ALARM} is {state()[0]} after 15 minutes, and not {wanted}")
            time.sleep(1)
            value, reason = state()
            seen = seen + 1 if value == wanted else 0
    print(f"{counts['sent']} requests, {counts['failed']} failed: {ALARM} is {wanted}. {reason}", flush=True)


def main() -> None:
    # Many small requests: sent past boto3, they leave more of the processor to the endpoint on this machine.
    with Predictor.from_parameter("/wine/endpoint", fast=True) as predictor:
        until("OK", predictor, 0)
        until("ALARM", predictor, 0.3)
        until("OK", predictor, 0)


if __name__ == "__main__":
    main()
