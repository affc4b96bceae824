import pytest

from common.errors import ConfigurationError
from worker.lanes import Lanes


def test_a_shared_worker_serves_the_shared_lane_and_keeps_no_store_for_itself():
    assert Lanes.of("all") == Lanes(("shared",), ())


def test_a_worker_of_a_few_stores_serves_a_lane_of_each():
    assert Lanes.of(" store-1, store-7,store-1 ") == Lanes(
        ("store-1", "store-7"), ("store-1", "store-7")
    )


@pytest.mark.parametrize("wrong", ["", ",", "Store 1", "store-1;store-2", "store-1,shared", "../x"])
def test_what_cannot_be_a_stores_id_is_refused_by_name(wrong):
    with pytest.raises(ConfigurationError, match="WORKER_STORES"):
        Lanes.of(wrong)
