"""Sends good requests, then a burst that fails, then good ones again, and says what the alarm makes of it.

`python burst.py` takes half a minute on the local cloud, where a minute of AWS passes in a second; on AWS a quarter of
an hour.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import boto3
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


def send(predictor: Predictor, bad_share: float, number: int) -> bool:
    """Send one request of a few wines, and say whether it was answered."""
    is_bad = number % 100 < 100 * bad_share
    row = number % (len(GOOD) - 5)
    try:
        predictor.predict((BAD if is_bad else GOOD)[row : row + 5])
    except ModelError:
        return False
    return True


def until(wanted: str, predictor: Predictor, bad_share: float) -> None:
    """Send requests until the alarm has been in a state for some of its minutes."""
    started, sent, failed, seen = time.monotonic(), 0, 0, 0
    while seen < 4:
        if time.monotonic() - started > 900:
            raise SystemExit(f"{ALARM} is {state()[0]} after 15 minutes, and not {wanted}")
        with ThreadPoolExecutor(4) as threads:
            answered = list(threads.map(lambda number: send(predictor, bad_share, number), range(100)))
        sent, failed = sent + len(answered), failed + answered.count(False)
        time.sleep(1)
        value, reason = state()
        seen = seen + 1 if value == wanted else 0
    print(f"{sent} requests, {failed} failed: {ALARM} is {wanted}. {reason}")


def main() -> None:
    with Predictor.from_parameter("/wine/endpoint") as predictor:
        until("OK", predictor, 0)
        until("ALARM", predictor, 0.3)
        until("OK", predictor, 0)


if __name__ == "__main__":
    main()
