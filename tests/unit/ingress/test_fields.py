import pytest

from ingress import fields


@pytest.mark.parametrize("given", ["wamid.ABC==", "", "a b", "ñ" * 256])
def test_an_identifier_is_kept_verbatim(given):
    assert fields.identifier(given) == given


@pytest.mark.parametrize("given", ["x" * 257, "x" * 10_240, "a\x00b", "\ud800", "ñ" * 300])
def test_an_identifier_that_cannot_be_a_key_becomes_its_fingerprint(given):
    fingerprint = fields.identifier(given)

    assert fingerprint.startswith("hash.")
    assert len(fingerprint) == 69
    assert fingerprint == fields.identifier(given)
    assert fingerprint != fields.identifier(given + "x")


@pytest.mark.parametrize("given", [None, 1, 1.5, True, [], {}, ["a"]])
def test_an_identifier_of_another_type_is_none(given):
    assert fields.identifier(given) == ""


@pytest.mark.parametrize(
    ("given", "digits"),
    [
        ("573001112233", "573001112233"),
        ("+573001112233", "573001112233"),
        ("", None),
        ("+", None),
        ("57 300", None),
        ("CO.abc", None),
        ("٣٠٠", None),
        ("1" * 21, None),
        ("573001112233\x00", None),
    ],
)
def test_a_phone_is_digits_and_nothing_else(given, digits):
    assert fields.phone(given) == digits


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("1767225600", 1767225600),
        (1767225600, 1767225600),
        ("0", 0),
        ("4102444800", 4102444800),
        ("4102444801", None),
        ("9" * 5000, None),
        (10**400, None),
        ("", None),
        ("-5", None),
        (-5, None),
        (1767225600.5, None),
        (True, None),
        (None, None),
        ("\u0661", None),
        ("1e9", None),
    ],
)
def test_a_timestamp_is_seconds_or_nothing(given, seconds):
    assert fields.timestamp(given) == seconds


@pytest.mark.parametrize(
    ("given", "label"),
    [
        (131047, "131047"),
        ("Re-engagement", "Re-engagement"),
        ("a\x00\ud800", "a��"),
        ("x" * 10_000, "x" * 256),
        (None, ""),
        ({"a": 1}, ""),
        (True, ""),
        ([1], ""),
    ],
)
def test_a_label_is_short_and_fits_a_row(given, label):
    assert fields.label(given) == label


def test_depth_is_counted_in_arrays_and_objects():
    assert not fields.is_deeper("flat", 0)
    assert fields.is_deeper([], 0)
    assert not fields.is_deeper([1, {"a": 2}], 2)
    assert fields.is_deeper([1, {"a": []}], 2)


@pytest.mark.parametrize(
    ("given", "number"),
    [
        (4.5, 4.5),
        ("-74.1", -74.1),
        (-90, -90.0),
        (90.1, None),
        (999, None),
        ("1e999", None),
        (float("inf"), None),
        ("NaN", None),
        (10**400, None),
        (True, None),
        ("", None),
        ("1_0", None),
        ("1" * 40, None),
        ([], None),
    ],
)
def test_a_number_is_finite_and_within_its_range(given, number):
    assert fields.number(given, -90, 90) == number


@pytest.mark.parametrize(
    ("given", "whole"), [(2, 2), ("2", 2), (2.0, 2), (0, None), (-2, None), (2.5, None)]
)
def test_a_whole_number_is_whole(given, whole):
    assert fields.whole(given, lowest=1) == whole


def test_a_flag_is_a_boolean():
    assert [fields.flag(each) for each in (True, False, 1, "true", None)] == [
        True,
        False,
        None,
        None,
        None,
    ]
