import datetime as dt

import pytest

from local_sagemaker.api_gateway.throttling import Throttling


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0
        self.day = dt.date(2026, 11, 29)

    def throttling(self) -> Throttling:
        return Throttling(lambda: self.seconds, lambda: self.day)


def test_a_bucket_holds_its_burst_and_is_filled_at_its_rate():
    clock = Clock()
    throttling = clock.throttling()

    def passed() -> int:
        return sum(throttling.passes("key", 2.0, 3) for _ in range(10))

    assert passed() == 3
    assert passed() == 0
    clock.seconds += 1.0
    assert passed() == 2
    clock.seconds += 100.0
    assert passed() == 3


def test_keys_have_buckets_of_their_own_and_a_lower_burst_counts_at_once():
    throttling = Clock().throttling()
    assert throttling.passes("one", 1.0, 1)
    assert throttling.passes("other", 1.0, 5)
    assert not throttling.passes("one", 1.0, 1)
    assert [throttling.passes("other", 1.0, 2) for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize(
    ("period", "same", "next_"),
    [
        ("DAY", dt.date(2026, 11, 25), dt.date(2026, 11, 26)),
        ("WEEK", dt.date(2026, 11, 28), dt.date(2026, 11, 29)),
        ("MONTH", dt.date(2026, 11, 30), dt.date(2026, 12, 1)),
    ],
)
def test_a_quota_begins_anew_with_its_period(period, same, next_):
    clock = Clock()
    throttling = clock.throttling()
    quota = {"limit": 1, "period": period}
    clock.day = dt.date(2026, 11, 25)
    assert throttling.within_quota("key", quota)
    clock.day = same
    assert not throttling.within_quota("key", quota)
    clock.day = next_
    assert throttling.within_quota("key", quota)
    assert throttling.within_quota("other", quota)


def test_an_offset_is_subtracted_from_the_limit_of_the_first_period_alone():
    clock = Clock()
    throttling = clock.throttling()
    quota = {"limit": 5, "offset": 3, "period": "DAY"}
    passed = []
    for day in (28, 29, 30):
        clock.day = dt.date(2026, 11, day)
        passed.append(sum(throttling.within_quota("key", quota) for _ in range(10)))
    assert passed == [2, 5, 5]
