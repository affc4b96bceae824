"""The rows of `make bench`, in the order they are measured."""

from collections.abc import Mapping

from benchmarks.rows.assistant_waits import ASSISTANT_WAITS
from benchmarks.rows.console import CONSOLE
from benchmarks.rows.door import DOOR_DURABLE, DOOR_REDIS_ONLY, DOOR_WAITS
from benchmarks.rows.drain import DRAIN
from benchmarks.rows.end_to_end import END_TO_END
from benchmarks.rows.idle import IDLE
from benchmarks.rows.many_stores import MANY_STORES
from benchmarks.rows.quiet_store import QUIET_STORE
from benchmarks.rows.row import Figures, Row
from benchmarks.rows.unit_costs import UNIT_COSTS

ROWS: Mapping[str, Row] = {
    row.name: row
    for row in (
        DOOR_DURABLE,
        DOOR_REDIS_ONLY,
        DOOR_WAITS,
        END_TO_END,
        DRAIN,
        ASSISTANT_WAITS,
        QUIET_STORE,
        IDLE,
        MANY_STORES,
        CONSOLE,
        UNIT_COSTS,
    )
}

__all__ = ["ROWS", "Figures", "Row"]
