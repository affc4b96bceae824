import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.callbacks import Callback, read, write
from common.sealing import StoreSeal, new_store_key

SEAL = StoreSeal("store-1", new_store_key())
OURS = Callback("0198c0de-0000-7000-8000-000000000001", 2)


def test_what_a_send_carries_is_read_back_from_its_status():
    assert read(SEAL, write(SEAL, OURS)) == OURS


def test_it_fits_into_what_the_platform_echoes():
    assert len(write(SEAL, OURS)) <= 512


def test_another_stores_value_means_nothing_here():
    foreign = write(StoreSeal("store-2", new_store_key()), OURS)

    assert read(SEAL, foreign) is None


@pytest.mark.parametrize("change", [("0001", "0002"), (":2:", ":3:"), ("v1", "v2")])
def test_a_forged_value_settles_nothing(change):
    forged = write(SEAL, OURS).replace(*change)

    assert forged != write(SEAL, OURS)
    assert read(SEAL, forged) is None


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        ":",
        "v1",
        "v1:a",
        "v1:a:1",
        "v1:a:b:c",
        "v1:a:\u0661:tag",
        "v1:\ud800:1:tag",
        "v1:a:1:\udfff",
    ],
)
def test_garbage_means_nothing(garbage):
    assert read(SEAL, garbage) is None


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=())))
def test_no_text_at_all_is_an_error(text):
    assert read(SEAL, text) is None
    assert read(SEAL, f"v1:{text}:1:{'0' * 16}") is None
