"""B6. 500 conversations whose assistant takes a second: waits that must overlap."""

from collections.abc import Mapping

from benchmarks.ground import Ground
from benchmarks.rows.row import Figures, Ratio, Row
from common.settings import environment_names

_CONVERSATIONS = 500
_ASSISTANT_MS = 1_000
_OURS, _PEER = "ours: seconds", "peer, concurrency 500: seconds"
_GREENLETS: Mapping[str, str] = {"WORKER_MODE": "gevent", "WORKER_THREADS": "500"}
# As many as the embedded PostgreSQL has connections for, since each thread holds one.
_THREADS: Mapping[str, str] = {"WORKER_THREADS": "200"}


def _measure(ground: Ground) -> Figures:
    conversations = ground.scaled(_CONVERSATIONS)
    has_greenlets = "WORKER_MODE" in environment_names()
    url = ground.world.assistant_url(_ASSISTANT_MS)
    own = {"AI_BASE_URL": url, "AI_API_KEY": "bench"}
    at_once = _GREENLETS if has_greenlets else _THREADS
    stores = ground.keep_stores(1)
    ours = ground.drain(stores, conversations, 1, 1, {**own, **at_once})
    figures = {_OURS: ours.seconds, "ours: turns at once": float(at_once["WORKER_THREADS"])}
    if ground.peer is not None:
        figures[_PEER] = ground.drain_peer(conversations, 1, 500, url).seconds
    return figures


ASSISTANT_WAITS = Row(
    name="B6",
    title="500 conversations, assistant takes 1 s, one worker process",
    measure=_measure,
    ratios=(Ratio(_OURS, _PEER, "≤ 0.9"),),
)
