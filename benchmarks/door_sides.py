"""Both sides' doors behind one face, each asked afterwards for everything it answered with 200.

No worker runs. Twenty stores with 25 customers each, who have all written once when the
measuring begins; the stores have the hold-back that a new store has, and row-level security
is on. Whichever side keeps something else than what it answered has not been measured.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from benchmarks.backlog import new_phones
from benchmarks.costs import Meter
from benchmarks.deliveries import Delivery, Person, message_deliveries
from benchmarks.errors import BenchError
from benchmarks.ground import Ground
from benchmarks.running_door import RunningDoor, Variant
from benchmarks.stores import named, replace_stores
from benchmarks.volley import Outcome, Shape, fire
from common.sealing import Keyring

_STORES, _PEOPLE = 20, 25
_HOLD_BACK_MS = 400  # the product's default, which the bench's installation sets aside
_GREETING_SECONDS = 30.0
_CONNECTIONS = 64


@dataclass(frozen=True)
class Side:
    """A door to start, and where to look for what it has kept."""

    label: str
    start: Callable[[], AbstractContextManager[RunningDoor]]
    kept: Callable[[], Sequence[str]]


@dataclass(frozen=True)
class Fired:
    """What came of the requests; `cpu_us` is each role's processor time for one of them."""

    outcome: Outcome
    cpu_us: dict[str, float]


def our_side(ground: Ground, variant: Variant) -> Side:
    installation = ground.installation
    return Side(variant.label, lambda: installation.door(variant), installation.kept)


def peer_side(ground: Ground, keeping: str, processes: int) -> Side:
    """Name the peer's door of as many processes as ours has."""
    peer = ground.peer
    if peer is None:
        raise BenchError("There is no peer to measure.")
    label, kept = _PEERS[keeping], peer.inserted if keeping == "insert" else peer.queued
    return Side(label, lambda: peer.door(keeping, processes), kept)


def people_of_stores(ground: Ground) -> list[Person]:
    """Register the stores anew and name their customers."""
    settings = named(_STORES, {"hold_back_ms": _HOLD_BACK_MS})
    keyring = Keyring(ground.installation.settings.secrets_keys)
    replace_stores(ground.installation.owner_url, keyring, settings)
    ground.clear()
    return [
        Person(store_id, phone) for _ in range(_PEOPLE) for store_id, phone in _one_each(settings)
    ]


def _strangers(people: Sequence[Person], count: int) -> list[Person]:
    """Name as many customers of the same stores whom nobody knows."""
    stores = itertools.cycle(each.store_id for each in people)
    return [Person(next(stores), phone) for phone in new_phones(count)]


def _one_each(store_ids: Iterable[str]) -> Iterable[tuple[str, str]]:
    return zip(store_ids, new_phones(_STORES), strict=True)


def fire_at(
    ground: Ground, side: Side, count: int, shape: Shape, *, strangers: bool = False
) -> tuple[Fired, int]:
    """Let everybody write once, then send so many; returns how many processes served, too.

    Of `strangers` nobody has written before, and none writes twice. Raises BenchError when an
    answer was not 200, or is not found in what the side kept.
    """
    people = people_of_stores(ground)
    with side.start() as door:
        host, port = door.address.host, door.address.port
        greetings = message_deliveries(door.address, people, len(people))
        greeted = fire(Shape(host, port, _CONNECTIONS, _GREETING_SECONDS), _bytes_of(greetings))
        ground.installation.analyze()
        writers = _strangers(people, count) if strangers else people
        deliveries = message_deliveries(door.address, writers, count)
        servers = ground.installation.server_pids
        roles = {"door": (door.pid,), **{each: (servers[each],) for each in ("postgres", "redis")}}
        meter = Meter(roles)
        outcome = fire(replace(shape, host=host, port=port), _bytes_of(deliveries))
        used = meter.used()
    require_kept(side, [(greetings, greeted), (deliveries, outcome)])
    answered = max(sum(1 for _ in outcome.accepted()), 1)
    return Fired(outcome, {role: used[role] * 1e6 / answered for role in used}), door.processes


def require_kept(side: Side, volleys: Iterable[tuple[Sequence[Delivery], Outcome]]) -> None:
    """Raise BenchError unless the side kept once what it answered with 200, and nothing else."""
    answered = []
    for deliveries, outcome in volleys:
        if refused := outcome.refused():
            raise BenchError(f"{side.label}: answers other than 200, by status: {refused}.")
        answered += [deliveries[place].event_id for place in outcome.accepted()]
    kept = Counter(side.kept())
    missing = [each for each in answered if kept[each] != 1]
    if missing or len(kept) != len(answered):
        raise BenchError(
            f"{side.label}: {len(answered)} answered, {len(kept)} kept, {len(missing)} of the"
            " answered not kept exactly once."
        )


def _bytes_of(deliveries: Iterable[Delivery]) -> Iterable[bytes]:
    return (each.request for each in deliveries)


_PEERS = {"redis": "peer, Redis only", "insert": "peer, inserting first"}
