from benchmarks import client


def test_every_client_calls_and_has_a_line() -> None:
    results = client.run(rounds=1, seconds=0.05, tell=lambda _: None)
    assert list(results) == list(client.NAMES)
    for found in results.values():
        assert all(rate > 0 for rate in found["calls_per_second"].values())
    table = client.rows(results)
    assert [len(row) for row in table] == [len(client.HEADER)] * len(client.NAMES)
    assert table[list(results).index("boto3")][4] == "1.0x / 1.0x / 1.0x"
    text = client.page(results, rounds=1, seconds=0.05)
    assert all(name in text for name in client.NAMES.values())


def test_a_median_is_that_of_each_figure() -> None:
    samples = [{"a": 1.0, "b": {"1": 5.0}}, {"a": 3.0, "b": {"1": 7.0}}, {"a": 2.0, "b": {"1": 6.0}}]
    assert client.medians(samples) == {"a": 2.0, "b": {"1": 6.0}}
