"""What a volley is told and what it tells, and how both cross the pipe. Pure."""

import json
import struct
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Self

_LENGTH = struct.Struct("<I")
_HEAD = struct.Struct("<Id")
_OK = 200
NOT_SENT, NOT_ANSWERED = -1, 0


@dataclass(frozen=True)
class Shape:
    """How requests are sent: over so many kept connections, one at a time on each.

    Without `per_second` each connection sends its next request as soon as it is answered, for
    `seconds`. With it the requests go at that rate whatever the answers do, all of them, and
    each counts from the moment it was due.
    """

    host: str
    port: int
    connections: int = 64
    seconds: float = 0.0
    per_second: float = 0.0

    def to_text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Self:
        return cls(**json.loads(text))


@dataclass
class Outcome:
    """Of each request when it began and ended, on the monotonic clock, and its HTTP status.

    The status is NOT_SENT when its turn did not come, NOT_ANSWERED when its connection broke.
    """

    statuses: "array[int]"
    began: "array[float]"
    ended: "array[float]"
    processor_seconds: float = field(default=0.0)

    @classmethod
    def of(cls, requests: int) -> Self:
        """Prepare for so many requests, none of them sent."""
        nothing = bytes(8 * requests)
        return cls(array("h", [NOT_SENT]) * requests, array("d", nothing), array("d", nothing))

    def accepted(self) -> Iterator[int]:
        """Give the places of the requests that were answered with 200."""
        return (place for place, status in enumerate(self.statuses) if status == _OK)

    def refused(self) -> dict[int, int]:
        """Count what was sent and not answered with 200, by status."""
        other = [each for each in self.statuses if each not in (_OK, NOT_SENT)]
        return {status: other.count(status) for status in set(other)}

    def per_second(self, warm_up: float, seconds: float) -> float:
        """Tell how many were accepted in each of the seconds after the warm-up."""
        start = min(self.began[place] for place in self.accepted()) + warm_up
        ends = [self.ended[place] for place in self.accepted()]
        return sum(start <= end < start + seconds for end in ends) / seconds

    def milliseconds(self) -> list[float]:
        """Tell how long each accepted request took."""
        return [(self.ended[each] - self.began[each]) * 1000 for each in self.accepted()]

    def to_bytes(self) -> bytes:
        head = _HEAD.pack(len(self.statuses), self.processor_seconds)
        return head + self.statuses.tobytes() + self.began.tobytes() + self.ended.tobytes()

    @classmethod
    def from_bytes(cls, written: bytes) -> Self:
        count, processor_seconds = _HEAD.unpack_from(written)
        times = _HEAD.size + 2 * count
        return cls(
            array("h", written[_HEAD.size : times]),
            array("d", written[times : times + 8 * count]),
            array("d", written[times + 8 * count :]),
            processor_seconds,
        )


def packed(requests: Iterable[bytes]) -> bytes:
    """Write requests one after the other, each after its length."""
    return b"".join(_LENGTH.pack(len(each)) + each for each in requests)


def unpacked(written: bytes) -> Sequence[bytes]:
    requests, place = [], 0
    while place < len(written):
        (length,) = _LENGTH.unpack_from(written, place)
        place += _LENGTH.size
        requests.append(written[place : place + length])
        place += length
    return requests
