from common.identifiers import as_uuid, is_catalog_id, is_store_id

SESSION = "01a2057e-ba36-7d19-a825-6678e10209a3"


def test_only_ids_are_ids():
    assert as_uuid(SESSION.upper()) == SESSION
    assert [as_uuid(each) for each in ("", "x", None, 3, SESSION[:-1], "\x00")] == [None] * 6
    assert is_store_id("store-1")
    assert not any(is_store_id(each) for each in ("", "-a", "A", "a/b", "a\n", "a" * 64))
    assert is_catalog_id("P_1-x")
    assert not any(is_catalog_id(each) for each in ("", ".", "..", "a/b", "ñ", "a" * 65))
