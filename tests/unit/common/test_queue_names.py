import pytest

from common.queues import queue_name, store_of


def test_a_stores_queue_is_named_after_it():
    assert queue_name("store-1") == "messages:store-1"
    assert store_of(queue_name("store-1")) == "store-1"


@pytest.mark.parametrize("queue", ["default", "", "events:store-1", "message:store-1"])
def test_a_queue_that_is_no_stores_is_refused(queue):
    with pytest.raises(ValueError, match="no store's queue"):
        store_of(queue)
