"""`POST /sim/limits` read and checked. Pure: no I/O."""

from typing import Any

from common.errors import InvalidRequestError
from simulator import fields
from simulator.limits import Limit

_HIGHEST = 100_000


def parse_limit(body: Any) -> Limit:
    """Read a limit; raises InvalidRequestError naming the field that is wrong."""
    asked = fields.as_object(body)
    fields.refuse_unknown(asked, {"store_id", "per_second", "pair_per_6s"})
    limit = Limit(
        fields.text(asked, "store_id"),
        fields.whole(asked, "per_second", 0, 0, _HIGHEST) or None,
        fields.whole(asked, "pair_per_6s", 0, 0, _HIGHEST) or None,
    )
    if limit.per_second is None and limit.pair_per_6s is None:
        raise InvalidRequestError("Give per_second or pair_per_6s.", field="per_second")
    return limit
