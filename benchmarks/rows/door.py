"""B1 to B3. The door alone: deliveries accepted in a second, and how long one takes.

B1 is against the peer that commits a row before its job, which is as durable as ours; B2
against the peer as most have it, whose 200 stands for Redis only.
"""

from benchmarks.deliveries import Address, Person, message_deliveries
from benchmarks.door_sides import Fired, Side, fire_at, our_side, peer_side
from benchmarks.figures import percentile
from benchmarks.ground import Ground
from benchmarks.rows.row import Figures, Ratio, Row
from benchmarks.volley import Shape
from benchmarks.volley.ceiling import ceiling

_WARM_UP_SECONDS, _SECONDS = 1.5, 5.0
_FEWEST_SECONDS = 0.5
# More in a second than a door here takes; if one does, its rate still is of what was sent.
_MADE_PER_SECOND = 10_000
_CEILING_SECONDS, _CEILING_REQUESTS = 1.0, 60_000
_PER_SECOND, _TIMED = 200.0, 2_000
_OURS, _REDIS, _INSERT = "ours", "peer, Redis only", "peer, inserting first"
_RATE, _P50, _P99 = "accepted/s", "p50, ms", "p99, ms"
# Hardly moves when others are at work on the machine, while rates do.
_TOTAL = "CPU µs each, all processes"


def _measure_durable(ground: Ground) -> Figures:
    strangers = our_side(ground, ground.doors[0])
    return {
        **_ceiling(),
        **_accepted_by_all(ground, "insert"),
        f"ours, every sender new: {_RATE}": _rate(ground, strangers, strangers=True)[0],
    }


def _measure_redis_only(ground: Ground) -> Figures:
    return _accepted_by_all(ground, "redis")


def _measure_waits(ground: Ground) -> Figures:
    figures: dict[str, float] = {}
    processes = 1
    for variant in ground.doors:
        timed, processes = _timed(ground, our_side(ground, variant))
        figures |= timed
    if ground.peer is not None:
        for keeping in ("redis", "insert"):
            figures |= _timed(ground, peer_side(ground, keeping, processes))[0]
    return figures


def _accepted_by_all(ground: Ground, keeping: str) -> dict[str, float]:
    figures: dict[str, float] = {}
    processes = 1
    for variant in ground.doors:
        accepted, processes = _accepted(ground, our_side(ground, variant))
        figures |= accepted
    if ground.peer is not None:
        figures |= _accepted(ground, peer_side(ground, keeping, processes))[0]
    return figures


def _accepted(ground: Ground, side: Side) -> tuple[dict[str, float], int]:
    rate, fired, processes = _rate(ground, side)
    cost = {f"{side.label}: CPU µs each, {role}": us for role, us in fired.cpu_us.items()}
    total = sum(fired.cpu_us.values())
    return {f"{side.label}: {_RATE}": rate, **cost, f"{side.label}: {_TOTAL}": total}, processes


def _rate(ground: Ground, side: Side, *, strangers: bool = False) -> tuple[float, Fired, int]:
    """Send as fast as answers come; count after the warm-up."""
    seconds = max(_SECONDS * ground.scale, _FEWEST_SECONDS)
    shape = Shape("", 0, seconds=_WARM_UP_SECONDS + seconds)
    count = round(_MADE_PER_SECOND * shape.seconds)
    fired, processes = fire_at(ground, side, count, shape, strangers=strangers)
    return fired.outcome.per_second(_WARM_UP_SECONDS, seconds), fired, processes


def _timed(ground: Ground, side: Side) -> tuple[dict[str, float], int]:
    """Send at a rate, and tell how long each took from the moment it was due."""
    shape = Shape("", 0, per_second=_PER_SECOND)
    fired, processes = fire_at(ground, side, ground.scaled(_TIMED), shape)
    took = fired.outcome.milliseconds()
    figures = {
        f"{side.label}: {_P50}": percentile(took, 0.5),
        f"{side.label}: {_P99}": percentile(took, 0.99),
        f"{side.label}: longest, ms": max(took),
    }
    return figures, processes


def _ceiling() -> dict[str, float]:
    """Measure the load generator by itself, so that nobody need wonder whose limit it was."""
    nowhere = Address("127.0.0.1", 0, "/webhooks/{store}")
    (one,) = message_deliveries(nowhere, [Person("bench-1", "573000000000")], 1)
    outcome = ceiling([one.request] * _CEILING_REQUESTS, _CEILING_SECONDS)
    answered = sum(1 for _ in outcome.accepted())
    took = max(outcome.ended) - outcome.began[0]
    return {
        "load generator by itself: answers/s": answered / took,
        "load generator by itself: CPU µs each": outcome.processor_seconds * 1e6 / answered,
    }


def _ratios(peer: str, goal: str) -> tuple[Ratio, ...]:
    return (
        Ratio(f"{_OURS}: {_TOTAL}", f"{peer}: {_TOTAL}", "none"),
        Ratio(f"{_OURS}: {_RATE}", f"{peer}: {_RATE}", goal),
    )


DOOR_DURABLE = Row(
    name="B1",
    title="webhooks accepted with the message committed in PostgreSQL, 64 connections, as many"
    " processes on both sides; the peer inserts a row before its job",
    measure=_measure_durable,
    ratios=_ratios(_INSERT, "≥ 2.5, summit 5"),
)
DOOR_REDIS_ONLY = Row(
    name="B2",
    title="the same against the peer that keeps messages in Redis only",
    measure=_measure_redis_only,
    ratios=_ratios(_REDIS, "≥ 1.5, summit 3"),
)
DOOR_WAITS = Row(
    name="B3",
    title="a webhook's time at 200 a second, counted from when it was due (goal: p99 ≤ 15 ms)",
    measure=_measure_waits,
    ratios=(
        Ratio(f"{_OURS}: {_P99}", f"{_REDIS}: {_P99}", "≤ 1.0"),
        Ratio(f"{_OURS}: {_P99}", f"{_INSERT}: {_P99}", "≤ 1.0"),
    ),
)
