"""Ten times more clients than can be served: the accepted wait a bounded time, the rest are told when to come back."""

import pytest

from bench.overload import OverloadResult, compute_quantile, measure_overload
from tests.conftest import write_style


def test_quantiles_are_those_of_the_sorted_values():
    values = [float(value) for value in range(1, 101)]
    assert (compute_quantile(values, 0.5), compute_quantile(values, 0.99), compute_quantile(values, 1.0)) == (
        51.0,
        100.0,
        100.0,
    )
    assert compute_quantile([], 0.99) == 0.0


def test_a_report_has_its_figures():
    load = OverloadResult(seconds=2.0, clients=4, durations=[0.1, 0.3], memory=[100.0, 130.0, 110.0])
    load.statuses.update({"201": 2, "429": 6})
    report = load.summarise()
    assert report["share_refused"] == 0.75
    assert report["accepted_per_second"] == 1.0
    assert (report["memory_mb_warm"], report["memory_mb_most"], report["memory_mb_end"]) == (100, 130, 110)


@pytest.mark.soak
def test_a_storm_of_clients_is_weathered(tmp_path):
    write_style(tmp_path, "blurring")
    report = measure_overload(60, {"GANVAS_STYLES": str(tmp_path)}).summarise()
    assert set(report["statuses"]) == {"201", "429"}
    assert report["refused_without_retry_after"] == 0
    assert report["share_refused"] > 0.5
    places = 10
    assert report["accepted_p99"] < 3 * places / report["accepted_per_second"]  # the line's length, and some
    assert report["memory_mb_end"] < 1.2 * report["memory_mb_warm"] + 50
    assert report["memory_mb_most"] < 1.5 * report["memory_mb_warm"] + 100
