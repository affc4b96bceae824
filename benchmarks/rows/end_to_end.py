"""B4. From webhook in to Graph request out at a calm pace, hold-back 0 and default."""

from benchmarks.figures import percentile
from benchmarks.ground import Ground
from benchmarks.load import Door, milliseconds_to_reply, write
from benchmarks.rows.row import Figures, Ratio, Row
from benchmarks.stores import UNLIMITED, phone_number_id, replace_stores
from common.sealing import Keyring

_PER_SECOND = 20.0
_MESSAGES = 200
_WARM_UP = 10
_DEFAULT_HOLD_BACK_MS = 400
_STORES = {
    "bench-now": UNLIMITED,
    "bench-held": {**UNLIMITED, "hold_back_ms": _DEFAULT_HOLD_BACK_MS},
}


def _measure(ground: Ground) -> Figures:
    installation = ground.installation
    keyring = Keyring(installation.settings.secrets_keys)
    replace_stores(installation.owner_url, keyring, _STORES)
    ground.clear()
    figures: dict[str, float] = {}
    with installation.workers(1, {}):
        for store_id, side in (("bench-now", "ours"), ("bench-held", "ours, hold-back 400 ms")):
            url = f"{installation.settings.ingress_url}/webhooks/{store_id}"
            figures |= _one_side(ground, side, Door(url, phone_number_id(store_id)))
    if ground.peer is not None:
        ground.clear()
        with ground.peer.worker(50), ground.peer.door() as door:
            figures |= _one_side(ground, "peer", Door(door.url, "number-of-bench"))
    return figures


def _one_side(ground: Ground, side: str, door: Door) -> Figures:
    milliseconds_to_reply(ground.world.seen, write(door, _PER_SECOND, _WARM_UP))
    written = write(door, _PER_SECOND, ground.scaled(_MESSAGES))
    took = milliseconds_to_reply(ground.world.seen, written)
    return {
        f"{side}: p50, ms": percentile(took, 0.5),
        f"{side}: p99, ms": percentile(took, 0.99),
    }


END_TO_END = Row(
    name="B4",
    title="webhook in to Graph request out, 20 messages a second",
    measure=_measure,
    ratios=(
        Ratio("ours: p50, ms", "peer: p50, ms", "≤ 1.0"),
        Ratio("ours: p99, ms", "peer: p99, ms", "≤ 1.0"),
    ),
)
