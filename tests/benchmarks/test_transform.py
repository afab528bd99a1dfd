import pytest

from benchmarks import transform


def test_every_way_predicts_all_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "")
    monkeypatch.setattr(transform, "FEW", 5)
    found = transform.measure(600)
    assert [rows for _, rows, _ in found] == [600, 600, 5, 600, 600]
    rendered = transform.lines(found)
    assert [len(row) for row in rendered] == [len(transform.HEADER)] * 5
    assert rendered[0][-1] == "1.00"
