import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.media_types import BYTES, HEAD_BYTES, ending_of, is_played, is_shown, kept_type

JPEG, PNG = b"\xff\xd8\xff\xe0" + bytes(12), b"\x89PNG\r\n\x1a\n" + bytes(8)
WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8L"
PAGE = b"<html><script>al"
DRAWING = b"<svg xmlns='http"


@pytest.mark.parametrize(
    ("kind", "said", "head", "kept"),
    [
        ("image", "image/jpeg", JPEG, "image/jpeg"),
        ("image", "image/png", PNG, "image/png"),
        ("image", "image/png", JPEG, "image/jpeg"),
        ("sticker", "image/webp", WEBP, "image/webp"),
        ("image", "image/svg+xml", DRAWING, BYTES),
        ("image", "image/jpeg", PAGE, BYTES),
        ("image", "text/html", PAGE, BYTES),
        ("document", "image/png", DRAWING, BYTES),
        ("document", "image/png", PNG, "image/png"),
        ("document", "text/html", PAGE, BYTES),
        ("document", "application/xhtml+xml", PAGE, BYTES),
        ("document", "application/pdf", b"%PDF-1.7 ", "application/pdf"),
        ("audio", "audio/ogg; codecs=opus", b"OggS", "audio/ogg"),
        ("audio", "AUDIO/MPEG ", b"ID3", "audio/mpeg"),
        ("audio", "text/html", PAGE, BYTES),
        ("audio", "video/mp4", b"", BYTES),
        ("video", "video/mp4", b"", "video/mp4"),
        ("hologram", "video/mp4", b"", BYTES),
        ("document", "", b"", BYTES),
    ],
)
def test_a_file_is_kept_under_a_type_that_its_kind_and_its_bytes_allow(kind, said, head, kept):
    assert kept_type(kind, said, head) == kept


@given(
    kind=st.sampled_from(["image", "video", "audio", "document", "sticker", "other"]),
    said=st.text(max_size=40) | st.sampled_from(["text/html", "image/svg+xml", "image/png"]),
    head=st.binary(max_size=HEAD_BYTES),
)
def test_nothing_a_browser_would_run_is_ever_shown(kind, said, head):
    kept = kept_type(kind, said, head)

    assert not is_shown(kept) or kept.partition("/")[0] in {"image", "audio", "video"}
    assert not any(word in kept for word in ("html", "svg", "xml;", "script"))


def test_pictures_are_shown_whole_and_what_is_played_comes_in_parts():
    assert is_shown("image/png")
    assert not is_played("image/png")
    assert is_shown("audio/ogg")
    assert is_played("audio/ogg")
    assert not is_shown("application/pdf")
    assert not is_shown("image/svg+xml")
    assert ending_of("application/pdf") == ".pdf"
    assert ending_of(BYTES) == ""
