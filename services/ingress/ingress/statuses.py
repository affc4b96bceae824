"""What became of one of our sends. Pure."""

from collections.abc import Sequence
from typing import Any

from common.inbound import StatusUpdate
from ingress import fields
from ingress.errors import PlatformError, errors
from ingress.messages import made_up_id


def status(element: Any, of_the_change: Sequence[PlatformError]) -> StatusUpdate:
    """Read one status.

    The reason of a failure is its own, else what the change says beside it. A status of a
    group is one like any other: it names a send that is none of ours, so it settles nothing.
    """
    given = fields.mapping(element)
    step = fields.identifier(given.get("status"))
    found = errors(given) or (tuple(of_the_change) if step == "failed" else ())
    first = found[0] if found else PlatformError()
    return StatusUpdate(
        wamid=fields.identifier(given.get("id")) or made_up_id(element),
        status=step,
        sent_at=fields.timestamp(given.get("timestamp")),
        callback_data=fields.text(given.get("biz_opaque_callback_data")),
        error_code=first.code,
        error_title=first.title,
        raw=given or {"element": element},
        errors=[each.shown for each in found],
    )
