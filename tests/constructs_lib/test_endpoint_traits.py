import pytest

from constructs_lib import EndpointTraits


def test_the_shadow_is_the_last_of_all_variants():
    traits = EndpointTraits(variant_names=["Champion"], shadow_variant_name="Challenger")
    assert traits.all_variant_names == ("Champion", "Challenger")
    assert EndpointTraits().all_variant_names == ("AllTraffic",)


@pytest.mark.parametrize(
    ("traits", "problem"),
    [
        (EndpointTraits(variant_names=[]), "variant_names is empty; give the names of the production variants"),
        (EndpointTraits(variant_names=["a_b"]), "variant name 'a_b' is not a name"),
        (EndpointTraits(variant_names="Blue"), "variant_names is the text 'Blue'; give a list, such as ['Blue']"),
        (EndpointTraits(variant_names=["A", "B", "A"]), "variant name 'A' is given 2 times; give each once"),
        (
            EndpointTraits(variant_names=["A"], shadow_variant_name="A"),
            "variant name 'A' is given 2 times; give each once",
        ),
        (
            EndpointTraits(kind="serverless", shadow_variant_name="Shadow"),
            "shadow_variant_name 'Shadow' is given; only an endpoint on instances",
        ),
        (EndpointTraits(vcpus={"Other": 2}), "vcpus has 'Other', which is no variant; choose of ('AllTraffic',)"),
        (
            EndpointTraits(kind="serverless", memory_size_in_mb={"AllTraffic": 0}),
            "memory_size_in_mb has 0 of 'AllTraffic'; give 1 or more",
        ),
        (
            EndpointTraits(kind="batch"),  # type: ignore[arg-type]
            "kind 'batch' is not known; give one of 'instances', 'serverless', 'asynchronous'",
        ),
    ],
)
def test_what_no_endpoint_has_is_said(traits, problem):
    (found,) = traits.problems()
    assert problem in found
