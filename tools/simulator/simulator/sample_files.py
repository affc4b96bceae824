"""Files that a simulated customer can always send: made here, so that none is shipped. Pure.

They are what they claim to be: the picture is a picture, the voice note plays (two seconds of
silence), the document opens.
"""

import itertools
import struct
import zlib
from collections.abc import Iterator

_WIDTH, _HEIGHT = 320, 240
_FRAMES = 100  # of 20 ms
_SILENCE = b"\xf8\xff\xfe"  # an Opus frame of 20 ms that says nothing
_SAMPLES_PER_FRAME = 960
_SERIAL = 0x4D6F7374
_OGG_POLYNOMIAL = 0x04C11DB7


def sample_files() -> Iterator[tuple[str, str, bytes]]:
    """Make every sample: its media id, its type, its content."""
    yield "sample-image", "image/png", picture()
    yield "sample-audio", "audio/ogg", voice_note()
    yield "sample-document", "application/pdf", document()
    yield "sample-sticker", "image/webp", sticker()


def picture() -> bytes:
    """Draw a PNG: a slope of colours."""
    rows = b"".join(b"\x00" + b"".join(map(bytes, _row(y))) for y in range(_HEIGHT))
    head = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(itertools.starmap(_chunk, chunks))


def _row(y: int) -> Iterator[tuple[int, int, int]]:
    for x in range(_WIDTH):
        yield 30 + x * 200 // _WIDTH, 120 + y * 100 // _HEIGHT, 110


def _chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )


def voice_note() -> bytes:
    """Record Ogg Opus, as WhatsApp's voice notes are (RFC 7845)."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 9) + b"mostrador" + struct.pack("<I", 0)
    pages = [_page([head], 0, 0, kind=2), _page([tags], 0, 1)]
    pages.append(_page([_SILENCE] * _FRAMES, _FRAMES * _SAMPLES_PER_FRAME, 2, kind=4))
    return b"".join(pages)


def _page(packets: list[bytes], granule: int, number: int, kind: int = 0) -> bytes:
    """Form an Ogg page of packets shorter than 255 bytes; kind 2 is the first, 4 the last."""
    lengths = bytes(map(len, packets))
    start = struct.pack("<4sBBQII", b"OggS", 0, kind, granule, _SERIAL, number)
    rest = bytes([len(lengths)]) + lengths + b"".join(packets)
    return start + struct.pack("<I", _checksum(start + bytes(4) + rest)) + rest


def _checksum(page: bytes) -> int:
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1) ^ (_OGG_POLYNOMIAL if value & 0x80000000 else 0)
            value &= 0xFFFFFFFF
    return value


def document() -> bytes:
    """Write a PDF of one page."""
    words = b"BT /F1 24 Tf 72 720 Td (Mostrador) Tj ET"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources 6 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(words), words),
        font,
        b"<</Font<</F1 5 0 R>>>>",
    )
    file, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    ending = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, len(file))
    return file + b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table) + ending


def sticker() -> bytes:
    """Form the smallest WebP: one transparent point, without loss."""
    points = bytes.fromhex("2f00000010071011118888fe07")
    content = b"WEBPVP8L" + struct.pack("<I", len(points)) + points + b"\x00"
    return b"RIFF" + struct.pack("<I", len(content)) + content
