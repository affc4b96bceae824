"""Small files that a browser can show or play, made here."""

import io
import math
import struct
import wave
import zlib

_RATE = 8_000


def png(width: int, height: int) -> bytes:
    """Draw an evening sky over a counter, so that a crop can be told from the whole."""
    rows = b"".join(b"\x00" + _row(width, height, y) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in parts)


def _row(width: int, height: int, y: int) -> bytes:
    is_counter = y > height * 0.7
    row = bytearray()
    for x in range(width):
        sun = math.hypot(x - width * 0.7, y - height * 0.35) < height * 0.12
        sky = (250 - 120 * y // height, 150 + 60 * y // height, 120 + 100 * x // width)
        row += bytes((255, 240, 190) if sun else (15, 118, 110) if is_counter else sky)
    return bytes(row)


def _chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


def wav(seconds: float) -> bytes:
    """Hum for a while."""
    kept = io.BytesIO()
    with wave.open(kept, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(1)
        recording.setframerate(_RATE)
        turns = (math.sin(220 * math.tau * each / _RATE) for each in range(int(_RATE * seconds)))
        recording.writeframes(bytes(int(128 + 60 * turn) for turn in turns))
    return kept.getvalue()
