"""B7. A quiet store while another, which nothing limits, has 10,000 conversations waiting."""

from benchmarks.errors import BenchError
from benchmarks.figures import percentile
from benchmarks.ground import Ground
from benchmarks.load import Door, Written, milliseconds_to_reply, write
from benchmarks.rows.row import Figures, Ratio, Row
from benchmarks.stores import phone_number_id

_WAITING = 10_000
_PER_SECOND = 10.0
_MESSAGES = 80
_WARM_UP = 10
_ALONE, _BESIDE = "ours, alone: p95, ms", "ours, beside the busy store: p95, ms"
_SAMPLES = "ours, messages written while the busy store waited"


def _measure(ground: Ground) -> Figures:
    quiet, busy = ground.keep_stores(2)
    url = f"{ground.installation.settings.ingress_url}/webhooks/{quiet}"
    door = Door(url, phone_number_id(quiet))
    seen, messages = ground.world.seen, ground.scaled(_MESSAGES)
    with ground.installation.workers(2, {}):
        milliseconds_to_reply(seen, write(door, _PER_SECOND, _WARM_UP))
        alone = milliseconds_to_reply(seen, write(door, _PER_SECOND, messages))
        ground.backlog.fill((busy,), ground.scaled(_WAITING))
        ground.installation.analyze()
        ground.backlog.ring()
        written = write(door, _PER_SECOND, messages)
        took = milliseconds_to_reply(seen, written)
        beside = _while_waiting(ground, written, took)
    return {
        _ALONE: percentile(alone, 0.95),
        _BESIDE: percentile(beside, 0.95),
        _SAMPLES: len(beside),
    }


def _while_waiting(ground: Ground, written: list[Written], took: list[float]) -> list[float]:
    """Keep the messages that were written before the busy store's last answer."""
    own = {each.phone for each in written}
    last = max((each.at for each in ground.world.seen.sent if each.to not in own), default=0.0)
    kept = [ms for each, ms in zip(written, took, strict=True) if each.at < last]
    if not kept:
        raise BenchError("The busy store was through before the quiet one wrote.")
    return kept


QUIET_STORE = Row(
    name="B7",
    title="a quiet store's p95 while another has 10,000 waiting, 2 worker processes",
    measure=_measure,
    ratios=(Ratio(_BESIDE, _ALONE, "≤ 1.2"),),
)
