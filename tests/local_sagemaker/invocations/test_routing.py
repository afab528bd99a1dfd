"""Traffic follows the weights, spares containers that are not ready, and outlives a change of fleets."""

import threading
import time
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from local_sagemaker.data_plane_errors import UnreachableError
from local_sagemaker.invocations.routing import NoSuchVariantError, NoTrafficError, Router, ThrottledError


def container(ready: bool = True) -> Any:
    made = SimpleNamespace(ready=threading.Event(), in_flight=0)
    if ready:
        made.ready.set()
    return made


def fleet(**variants: Any) -> Any:
    made = {}
    for name, given in variants.items():
        weight, containers = given if isinstance(given, tuple) else (given, [container()])
        made[name] = SimpleNamespace(
            name=name,
            weight=float(weight),
            containers=containers,
            max_concurrency=None,
            provisioned_concurrency=0,
            take_setup_time=lambda: 0.0,
            capture_target=None,
        )
    return SimpleNamespace(variants=made, shadows={}, all_variants=list(made.values()))


def soon() -> float:
    return time.monotonic() + 20


def route(router: Router, times: int, target: str | None = None) -> Counter[str]:
    found: Counter[str] = Counter()
    for _ in range(times):
        with router.lease(target, soon()) as lease:
            found[lease.variant] += 1
    return found


def test_shares_are_exactly_the_weights():
    assert route(Router(fleet(a=3, b=1)), 40) == {"a": 30, "b": 10}


def test_weight_zero_gets_nothing_but_what_is_sent_to_it():
    router = Router(fleet(a=1, b=0))
    assert route(router, 10) == {"a": 10}
    assert route(router, 10, "b") == {"b": 10}


def test_weights_change_at_once():
    router = Router(fleet(a=1, b=0))
    router.set_weights({"a": 0.0, "b": 1.0})
    assert route(router, 10) == {"b": 10}


def test_when_all_weights_are_zero_there_is_no_traffic():
    with pytest.raises(NoTrafficError, match="the weight of every variant is 0"):
        route(Router(fleet(a=0)), 1)


def test_a_variant_that_does_not_exist_is_named():
    with pytest.raises(NoSuchVariantError, match="'c' is none of a, b"):
        route(Router(fleet(a=1, b=1)), 1, "c")


def test_the_least_busy_container_is_next():
    first, second = container(), container()
    router = Router(fleet(a=(1, [first, second])))
    with router.lease(None, soon()) as one, router.lease(None, soon()) as two:
        assert {id(one.container), id(two.container)} == {id(first), id(second)}
        assert (first.in_flight, second.in_flight) == (1, 1)
    assert (first.in_flight, second.in_flight) == (0, 0)


def test_a_container_that_is_not_ready_is_spared():
    ready = container()
    router = Router(fleet(a=(1, [container(ready=False), ready])))
    with router.lease(None, soon()) as lease:
        assert lease.container is ready


def test_an_invocation_waits_for_a_container_that_starts_again():
    starting = container(ready=False)
    router = Router(fleet(a=(1, [starting])))
    threading.Timer(0.1, starting.ready.set).start()
    assert route(router, 1) == {"a": 1}


def test_the_wait_ends():
    router = Router(fleet(a=(1, [container(ready=False)])))
    lease = router.lease(None, time.monotonic() + 0.06)
    with pytest.raises(UnreachableError, match="no container of variant a is ready"), lease:
        raise AssertionError


def test_a_lease_ends_when_the_invocation_fails():
    only = container()
    router = Router(fleet(a=(1, [only])))
    with pytest.raises(KeyError), router.lease(None, soon()):
        raise KeyError
    assert only.in_flight == 0


def test_the_old_fleet_is_given_back_when_it_is_idle():
    old, new = fleet(a=1), fleet(a=1)
    router = Router(old)
    replaced: list[Any] = []
    with router.lease(None, soon()) as lease:
        thread = threading.Thread(target=lambda: replaced.append(router.replace(new, 20)))
        thread.start()
        while router.fleet is not new:
            time.sleep(0.001)
        assert lease.container is old.variants["a"].containers[0]
        with router.lease(None, soon()) as later:
            assert later.container is new.variants["a"].containers[0]
        assert replaced == []
    thread.join(20)
    assert replaced == [old]


def test_the_wait_for_the_old_fleet_ends():
    router = Router(fleet(a=1))
    with router.lease(None, soon()):
        assert router.replace(fleet(a=1), 0.01).variants["a"].containers[0].in_flight == 1


def test_containers_come_and_go():
    variants = fleet(a=1)
    router, variant = Router(variants), variants.variants["a"]
    first, second = variant.containers[0], container()
    router.add(variant, [second])
    assert variant.containers == [first, second]
    assert router.withdraw(variant, 1, 20) == [second]
    assert variant.containers == [first]


def with_shadow(weight: float, **variants: Any) -> Any:
    made = fleet(**variants)
    made.shadows = fleet(shadow=weight).variants
    made.all_variants += made.shadows.values()
    return made


@pytest.mark.parametrize(("weight", "copies"), [(0, 0), (0.5, 10), (1.5, 30), (2, 40), (9, 40)])
def test_the_shadows_share_is_its_weight_over_the_production_variants(weight, copies):
    router = Router(with_shadow(weight, a=2))
    assert sum(router.mirrors() for _ in range(40)) == copies
    assert route(router, 10) == {"a": 10}


def test_nothing_is_copied_without_a_shadow_or_without_traffic():
    assert not Router(fleet(a=1)).mirrors()
    assert not Router(with_shadow(1, a=0)).mirrors()


def test_the_shadow_is_no_target_of_a_client():
    router = Router(with_shadow(1, a=1))
    with pytest.raises(NoSuchVariantError, match="'shadow' is none of a"):
        route(router, 1, "shadow")
    with router.lease(None, soon(), shadow=True) as lease:
        assert lease.variant == "shadow"


def test_a_copy_for_a_shadow_that_an_update_took_away_finds_no_variant():
    with pytest.raises(NoTrafficError), Router(fleet(a=1)).lease(None, soon(), shadow=True):
        pass


def test_a_serverless_variant_answers_no_more_at_once_than_it_may():
    router = Router(fleet(a=1))
    router.set_concurrency("a", 2, 0)
    with router.lease(None, soon()), router.lease(None, soon()):
        with pytest.raises(ThrottledError, match="variant a has 2 requests in flight"):
            route(router, 1)
        router.set_concurrency("a", 3, 0)
        assert route(router, 2) == {"a": 2}
    assert route(router, 2) == {"a": 2}
