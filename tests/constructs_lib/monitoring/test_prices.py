import pytest

from constructs_lib import EndpointTraits, Prices

TWO = EndpointTraits(variant_names=["Old", "New"])
UNKNOWN_MEMORY = (
    "prices has gigabyte_second, and the memory of variant 'AllTraffic' is not known; give the imported endpoint "
    "traits with memory_size_in_mb={'AllTraffic': 2048}, or what it has"
)
SERVERLESS = EndpointTraits(kind="serverless", memory_size_in_mb={"AllTraffic": 2048})


def test_a_price_is_for_all_variants_or_by_variant():
    assert Prices(instance_hour=0.115).of_instance("Old") == 0.115
    by_variant = Prices(instance_hour={"Old": 0.1})
    assert (by_variant.of_instance("Old"), by_variant.of_instance("New")) == (0.1, None)
    assert Prices().of_instance("Old") is None


@pytest.mark.parametrize(
    ("prices", "traits", "problem"),
    [
        (Prices(instance_hour=0), TWO, "prices has instance_hour 0; give a price above 0"),
        (Prices(instance_hour={"Old": -1}), TWO, "prices has instance_hour of 'Old' -1; give a price above 0"),
        (
            Prices(instance_hour={"Older": 1}),
            TWO,
            "prices has instance_hour of 'Older', which is no variant; choose of 'Old', 'New'",
        ),
        (
            Prices(gigabyte_second=1),
            TWO,
            "prices has gigabyte_second, and the endpoint is not serverless; give instance_hour",
        ),
        (
            Prices(instance_hour={}),
            EndpointTraits(kind="serverless"),
            "prices has instance_hour, and a serverless variant has no instances; give gigabyte_second",
        ),
        (
            Prices(gigabyte_second=0),
            SERVERLESS,
            "prices has gigabyte_second 0; give a price above 0",
        ),
        (
            Prices(gigabyte_second=1),
            EndpointTraits(kind="serverless"),
            UNKNOWN_MEMORY,
        ),
    ],
)
def test_what_is_no_price_is_said(prices, traits, problem):
    assert [*prices.problems(traits)] == [problem]


def test_prices_that_fit_have_no_problem():
    assert not [*Prices(instance_hour=0.1).problems(TWO)]
    assert not [*Prices(gigabyte_second=0.00002).problems(SERVERLESS)]
