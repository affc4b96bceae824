"""What a turn makes of each kind: who says it, and what the bot can read of it. Pure."""

from datetime import datetime, timedelta

from common.inbound import InboundMessage

# Not messages of their own: they change the one they speak of.
_CHANGES = ("reaction", "edit", "revoke")
# Said by WhatsApp, not by the customer.
_NOTES = ("system", "request_welcome")
# Shown to agents, answered by nobody: they say nothing a reply could be about.
_SILENT = (*_CHANGES, *_NOTES, "call")
# As long as the window: what is older was answered elsewhere, or is past answering.
_TOO_OLD = timedelta(hours=24)
_LONGEST_EMOJI = 64


def role_of(message: InboundMessage) -> str:
    """Say whose words they are: the customer's, a person's of the store, or nobody's."""
    if message.author == "agent":
        return "agent"
    return "system" if message.kind in _NOTES else "user"


def target_of(message: InboundMessage) -> str | None:
    """Name the message that this one changes; None for a message of its own."""
    return (message.target or None) if message.kind in _CHANGES else None


def content_of(message: InboundMessage) -> str | None:
    """Take what stands for the message in the thread: its words, or a reaction's emoji.

    None for an edit whose words nobody could read: those it speaks of stay.
    """
    if message.kind == "reaction":
        return _detail(message, "emoji")[:_LONGEST_EMOJI]
    if message.text:
        return message.text
    if message.kind == "edit":
        is_unread = "text" not in message.details and target_of(message) is not None
        return None if is_unread else _detail(message, "text")
    if message.kind == "location":
        return ", ".join(filter(None, (_detail(message, "name"), _detail(message, "address"))))
    return ""


def is_addressed(message: InboundMessage) -> bool:
    """Say whether the bot may answer it: the customer says something to this store alone."""
    is_ours = message.author == "agent"
    return not (is_ours or message.kind in _SILENT or message.details.get("group_id"))


def is_late(sent_at: datetime | None, received_at: datetime) -> bool:
    """Say whether it was on its way so long that it is shown and not answered."""
    return sent_at is not None and received_at - sent_at > _TOO_OLD


def _detail(message: InboundMessage, name: str) -> str:
    value = message.details.get(name)
    return value if isinstance(value, str) else ""
