"""The rules for the address of a picture."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.images import Picture, picture_url, resolve

BASE = "https://tienda.example"


@pytest.mark.parametrize(
    "reference",
    [
        "https://cdn.example/a.jpg",
        "http://cdn.example:8080/a.jpg?v=2#x",
        "HTTPS://cdn.example/a.jpg",
        "http://127.0.0.1:9000/a.jpg",
    ],
)
def test_a_web_address_stays_as_it_is(reference):
    assert picture_url(reference, BASE) == reference


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("/static/pictures/x.jpg", "https://tienda.example/static/pictures/x.jpg"),
        ("static/x.jpg", "https://tienda.example/static/x.jpg"),
        ("/x.jpg?v=2", "https://tienda.example/x.jpg?v=2"),
        ("/café.jpg", "https://tienda.example/caf%C3%A9.jpg"),
        ("/a%20b.jpg", "https://tienda.example/a%20b.jpg"),
        ("/a..b.jpg", "https://tienda.example/a..b.jpg"),
    ],
)
def test_a_path_goes_below_the_base(reference, url):
    assert picture_url(reference, BASE) == url


def test_the_base_may_have_a_path_and_a_slash_at_its_end():
    assert picture_url("/x.jpg", BASE + "/shop/") == "https://tienda.example/shop/x.jpg"


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "/",
        "//evil.example/x.jpg",
        "///evil.example/x.jpg",
        "\\\\evil.example\\x.jpg",
        "/\\evil.example/x.jpg",
        "/static/../../etc/passwd",
        "../x.jpg",
        "/static/..",
        "/static/%2e%2e/x.jpg",
        "/static/%2E%2e/x.jpg",
        "/static/%252e%252e/x.jpg",
        "/static/..%2fx.jpg",
        "/static/%5c%5cevil/x.jpg",
        "/%2fevil.example/x.jpg",
        "/x%00.jpg",
        "httpx://evil.example/x.jpg",
        "http:/evil.example/x.jpg",
        "http:evil.example/x.jpg",
        "https://",
        "https:///x.jpg",
        "https://user:secret@evil.example/x.jpg",
        "https://tienda.example@evil.example/x.jpg",
        "https://evil.example:99999/x.jpg",
        "https://[broken/x.jpg",
        "http://169.254.169.254/latest/meta-data",
        "http://[fe80::1]/x.jpg",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "file:///etc/passwd",
        "ftp://cdn.example/x.jpg",
        "c:x.jpg",
        "https://cdn.example/a b.jpg",
        "/a b.jpg",
        "/x.jpg\r\nX-Evil: 1",
        "/x\x00.jpg",
        "/x\u2028.jpg",
        "/x\ud800.jpg",
        "/" + "x" * 2_000,
    ],
)
def test_what_is_odd_is_no_address(reference):
    assert picture_url(reference, BASE) is None


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("ax./\\%25eE2f:@?#h tp\n"), max_size=30))
def test_whatever_is_written_stays_below_the_base_or_is_a_web_address(reference):
    url = picture_url(reference, BASE)
    assert url is None or url.startswith((BASE + "/", "http://", "https://"))
    if url is not None and url.startswith(BASE):
        assert ".." not in url.removeprefix(BASE).split("?")[0].split("/")


def test_pictures_come_in_the_order_asked_and_what_is_missing_too():
    references = {"b": ["/b.jpg", "/b2.jpg"], "a": ["/a.jpg"], "none": [], "odd": ["//evil/x"]}
    resolved = resolve(["b", "none", "a", "unknown", "odd", "b"], references, BASE)
    assert resolved.images == (
        Picture("b", f"{BASE}/b.jpg"),
        Picture("a", f"{BASE}/a.jpg"),
        Picture("b", f"{BASE}/b.jpg"),
    )
    assert resolved.missing == ("none", "unknown", "odd")


def test_the_first_usable_picture_is_taken():
    resolved = resolve(["a"], {"a": ["ftp://old/a.jpg", "/a.jpg"]}, BASE)
    assert resolved.images == (Picture("a", f"{BASE}/a.jpg"),)
