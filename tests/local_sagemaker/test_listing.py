"""Resources are filtered, sorted and paged as SageMaker's List operations say."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from moto.sagemaker.exceptions import ValidationError

from local_sagemaker.listing import Listing

START = datetime(2026, 11, 1, tzinfo=timezone.utc)
ENDPOINTS = Listing("Endpoints", "Endpoint", equals={"PoolEquals": lambda one: one.get("Pool")})


def endpoint(name: str, minutes: int, status: str = "InService", **more: Any) -> dict[str, Any]:
    created = (START + timedelta(minutes=minutes)).replace(tzinfo=None)
    times = {"CreationTime": created, "LastModifiedTime": created + timedelta(hours=1)}
    return {"EndpointName": name, "EndpointStatus": status, **times, **more}


ALL = [
    endpoint("churn-b", 2, "Failed"),
    endpoint("churn-a", 1),
    endpoint("fraud-c", 3, "Updating", Pool="warm"),
]


def names(answer: dict[str, Any]) -> list[str]:
    return [item["EndpointName"] for item in answer["Endpoints"]]


def listed(listing: Listing = ENDPOINTS, **request: Any) -> list[str]:
    return names(listing.page(ALL, request))


def test_the_newest_comes_first_where_nothing_else_is_said():
    assert listed() == ["fraud-c", "churn-b", "churn-a"]
    assert listed(SortOrder="Ascending") == ["churn-a", "churn-b", "fraud-c"]
    assert listed(Listing("Endpoints", "Endpoint", descending=False)) == ["churn-a", "churn-b", "fraud-c"]


def test_resources_are_sorted_by_name_or_status():
    assert listed(SortBy="Name", SortOrder="Ascending") == ["churn-a", "churn-b", "fraud-c"]
    assert listed(SortBy="Status") == ["fraud-c", "churn-a", "churn-b"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"NameContains": "Churn"}, ["churn-b", "churn-a"]),
        ({"StatusEquals": "Failed"}, ["churn-b"]),
        ({"PoolEquals": "warm"}, ["fraud-c"]),
        ({"CreationTimeAfter": START + timedelta(minutes=2)}, ["fraud-c", "churn-b"]),
        ({"CreationTimeBefore": START + timedelta(minutes=2)}, ["churn-a"]),
        ({"LastModifiedTimeAfter": START + timedelta(minutes=62)}, ["fraud-c"]),
        ({"LastModifiedTimeBefore": START}, []),
        # A time in another zone is the same moment.
        ({"CreationTimeAfter": datetime(2026, 11, 1, 2, 3, tzinfo=timezone(timedelta(hours=2)))}, ["fraud-c"]),
        ({"NameContains": "churn", "StatusEquals": "InService"}, ["churn-a"]),
    ],
)
def test_filters_leave_out_the_others(filters, expected):
    assert listed(**filters) == expected


def test_creation_time_after_may_leave_out_its_moment():
    listing = Listing("Endpoints", "Endpoint", from_creation_time=False)
    assert listed(listing, CreationTimeAfter=START + timedelta(minutes=2)) == ["fraud-c"]


@pytest.mark.parametrize("order", ["Ascending", "Descending"])
@pytest.mark.parametrize("by", ["Name", "CreationTime", "Status"])
def test_pages_together_are_the_whole_list(by, order):
    request: dict[str, Any] = {"SortBy": by, "SortOrder": order}
    found = []
    # Of one moment, the names decide.
    everything = [*ALL, endpoint("twin-1", 2), endpoint("twin-2", 2)]
    answer = ENDPOINTS.page(everything, {**request, "MaxResults": 2})
    while "NextToken" in answer:
        assert len(answer["Endpoints"]) == 2
        found += names(answer)
        answer = ENDPOINTS.page(everything, {**request, "MaxResults": 2, "NextToken": answer["NextToken"]})
    assert found + names(answer) == names(ENDPOINTS.page(everything, request))


def test_the_next_page_follows_also_when_resources_come_and_go():
    first = ENDPOINTS.page(ALL, {"MaxResults": 2})
    now = [endpoint("newest", 9), *[one for one in ALL if one["EndpointName"] == "churn-a"]]
    second = ENDPOINTS.page(now, {"MaxResults": 2, "NextToken": first["NextToken"]})
    assert names(second) == ["churn-a"]
    assert "NextToken" not in second


def test_a_page_has_ten_where_nothing_is_said():
    answer = ENDPOINTS.page([endpoint(f"endpoint-{n}", n) for n in range(10)], {})
    assert len(answer["Endpoints"]) == 10
    assert "NextToken" not in answer
    assert len(ENDPOINTS.page([endpoint(f"endpoint-{n}", n) for n in range(11)], {})["Endpoints"]) == 10


@pytest.mark.parametrize("token", ["nonsense", "bm9uc2Vuc2U=", "e30=", "Wy==", "MQ=="])
def test_a_token_of_no_list_is_refused(token):
    with pytest.raises(ValidationError, match=f'Invalid pagination token because "{token}"'):
        ENDPOINTS.page(ALL, {"NextToken": token})


def test_a_token_belongs_to_its_order():
    token = ENDPOINTS.page(ALL, {"MaxResults": 1})["NextToken"]
    with pytest.raises(ValidationError, match="is no token of this list"):
        ENDPOINTS.page(ALL, {"NextToken": token, "SortBy": "Name"})
