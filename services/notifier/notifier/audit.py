"""Who did what, and who read which conversation. Rows are only ever added; no text, no values."""

from sqlalchemy import Connection, insert

from notifier.agents import Agent
from notifier.tables import audit_log


def record(
    connection: Connection,
    store_id: str,
    agent: Agent,
    action: str,
    *,
    session_id: str | None = None,
    target: str = "",
    **details: object,
) -> None:
    """Write what an agent does, in the transaction that does it."""
    connection.execute(
        insert(audit_log).values(
            store_id=store_id,
            agent_id=agent.id,
            action=action,
            session_id=session_id,
            target=target,
            details=details,
        )
    )
