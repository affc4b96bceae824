"""Redis holds nothing that is needed: flushed or lost under load, it costs seconds (P8)."""

import pytest

from .pacing import faults_of
from .redis_faults import run_redis_faults

MOVING_SECONDS = 10.0


@pytest.mark.long  # `make journeys`
def test_a_flush_and_an_empty_restart_lose_nothing_and_open_no_pace(crowd):
    report = run_redis_faults(crowd, paced=100, fast=30)

    print(f"\n{report}")
    assert report.verdict.faults == []
    assert report.verdict.answered == 160
    assert report.pace.longest_gap <= MOVING_SECONDS
    for outage in report.outages:
        assert outage.drained_after <= MOVING_SECONDS, outage
    assert faults_of(report.pace, with_average=False) == []
