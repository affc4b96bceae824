"""B9. 10,000 stores with one message each, against one store with 10,000 conversations."""

from benchmarks.ground import Ground
from benchmarks.rows.row import Figures, Ratio, Row

_MESSAGES = 10_000
_MANY, _ONE = "10,000 stores: messages/s", "one store: messages/s"


def _measure(ground: Ground) -> Figures:
    messages = ground.scaled(_MESSAGES)
    one = ground.drain(ground.keep_stores(1), messages)
    many = ground.drain(ground.keep_stores(messages), 1)
    return {_MANY: messages / many.seconds, _ONE: messages / one.seconds}


MANY_STORES = Row(
    name="B9",
    title="10,000 stores with one message each, 2 worker processes",
    measure=_measure,
    ratios=(Ratio(_MANY, _ONE, "≥ 0.8"),),
)
