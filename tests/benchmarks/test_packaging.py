from benchmarks.packaging import APPROACHES, measure_all, render

OURS, SYNTH, *OTHERS = APPROACHES
WITHOUT_SDK = [OURS, *OTHERS[:-1]]


def test_every_approach_that_needs_no_sdk_packs_the_model_and_is_in_the_page():
    results = measure_all(4, WITHOUT_SDK)
    assert 4 << 20 <= results["bytes"] < 5 << 20
    assert list(results["costs"]) == WITHOUT_SDK
    assert all(cost.seconds > 0 and cost.peak > 0 for cost in results["costs"].values())
    page = render(results)
    assert all(f"| {name} | " in page for name in WITHOUT_SDK)


def test_memory_does_not_grow_with_the_model():
    small, large = (measure_all(size, [OURS])["costs"][OURS].peak for size in (8, 72))
    assert large - small < 32e6
