"""A store goes at its own pace, whatever waits and however many workers there are."""

import pytest

from .pacing import faults_of, run_at_a_pace


@pytest.mark.long  # `make journeys`
def test_a_store_of_ten_turns_a_second_keeps_to_them_across_three_workers(crowd):
    pace = run_at_a_pace(crowd, waiting=115)

    print(f"\n{pace}")
    assert pace.turns == 115
    assert faults_of(pace) == []
