"""Which status webhooks follow an accepted message, in which order and how late.

A fault may bring a script of its own; without one Meta's usual three follow. Pure: no I/O.
"""

from dataclasses import dataclass

# Milliseconds between acceptance and sent, sent and delivered, delivered and read.
USUAL_GAPS_MS = (50, 100, 150)
SCRIPTED_GAP_MS = 50
STATUS_NAMES = frozenset({"sent", "delivered", "read", "played", "failed"})


@dataclass(frozen=True)
class StatusFailure:
    """The error inside a `failed` status."""

    code: int
    title: str
    details: str


@dataclass(frozen=True)
class StatusStep:
    """One status, this long after the one before it (the first: after acceptance)."""

    status: str
    gap_ms: int


@dataclass(frozen=True)
class StatusScript:
    """Every status of one message; no step means none is sent."""

    steps: tuple[StatusStep, ...]
    failure: StatusFailure | None = None


USUAL = StatusScript(
    tuple(
        StatusStep(status, gap)
        for status, gap in zip(("sent", "delivered", "read"), USUAL_GAPS_MS, strict=True)
    )
)
