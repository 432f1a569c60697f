"""Workers are killed with kill -9, at random and at named points; nothing is lost, doubled or different."""

import pytest

from bench.postgres import find_programs, serve_postgres
from bench.soak_jobs import SoakPlan, run_job_soak


def test_killed_workers_lose_nothing_and_double_nothing():
    count = run_job_soak(SoakPlan(jobs=24, kills=3, minutes=4))
    assert count.has_no_errors(), count
    assert count.kills >= 1


@pytest.fixture(scope="module")
def postgres():
    """The URL of a PostgreSQL server of these tests' own."""
    if find_programs() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with serve_postgres() as url:
        yield url


def test_on_postgres_a_living_worker_takes_over_from_a_dead_one(postgres):
    count = run_job_soak(SoakPlan(jobs=24, kills=2, workers=2, minutes=4), postgres)
    assert count.has_no_errors(), count
    assert count.kills >= 1


@pytest.mark.soak
def test_two_thousand_jobs_outlive_two_hundred_kills():
    count = run_job_soak(SoakPlan(jobs=2000, kills=200, minutes=60))
    assert count.has_no_errors(), count
    assert count.kills >= 200


@pytest.mark.soak
def test_on_postgres_five_hundred_jobs_outlive_fifty_kills(postgres):
    count = run_job_soak(SoakPlan(jobs=500, kills=50, workers=2, minutes=60), postgres)
    assert count.has_no_errors(), count
    assert count.kills >= 50
