"""What can become of one send. There is no fifth thing."""

from dataclasses import dataclass

from common.send_errors import ErrorRule


@dataclass(frozen=True)
class Accepted:
    """WhatsApp took it; that is not yet delivered."""

    wamid: str


@dataclass(frozen=True)
class TryLater:
    """It provably did not go, and may later. `retry_after` in seconds when one was named."""

    code: str
    reason: str
    rule: ErrorRule
    retry_after: float | None = None


@dataclass(frozen=True)
class Rejected:
    """It did not go and never will."""

    code: str
    reason: str
    rule: ErrorRule


@dataclass(frozen=True)
class Unknown:
    """Nobody can say: only a status can settle it. Never to be repeated blindly."""

    reason: str


SendOutcome = Accepted | TryLater | Rejected | Unknown
