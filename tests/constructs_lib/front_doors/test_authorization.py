from constructs_lib import ApiKeyAuthorization, IamAuthorization, Quota, Throttle


def test_what_is_designed_has_no_problem():
    assert [*IamAuthorization().problems(), *ApiKeyAuthorization(quota=Quota(limit=1)).problems()] == []


def test_a_rate_may_be_less_than_one_a_second():
    assert not list(Throttle(rate=0.1, burst=1).problems("throttle"))
