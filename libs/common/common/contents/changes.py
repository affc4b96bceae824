"""What speaks of something else than itself: a message, a person, a call."""

from dataclasses import dataclass

from common.contents.base import Content, Details, known


@dataclass(frozen=True)
class Reaction(Content):
    """An emoji under a message; empty when it was taken away."""

    kind = "reaction"
    message_id: str | None = None
    emoji: str = ""

    @property
    def target(self) -> str | None:
        return self.message_id

    @property
    def details(self) -> Details:
        return {"emoji": self.emoji}


@dataclass(frozen=True)
class Edit(Content):
    """New words for a message. `text` holds all of them, the details a bounded copy.

    Words that nobody could read are None, and the details have none; empty ones are words.
    """

    kind = "edit"
    message_id: str | None = None
    words: str | None = None
    shown_words: str = ""

    @property
    def text(self) -> str:
        return self.words or ""

    @property
    def target(self) -> str | None:
        return self.message_id

    @property
    def details(self) -> Details:
        return {} if self.words is None else {"text": self.shown_words}


@dataclass(frozen=True)
class Revoke(Content):
    """A message was deleted for everyone."""

    kind = "revoke"
    message_id: str | None = None

    @property
    def target(self) -> str | None:
        return self.message_id


@dataclass(frozen=True)
class SystemNote(Content):
    """What WhatsApp says of a person, such as a new number. Never answered, so without text."""

    kind = "system"
    event: str = ""
    wa_id: str = ""
    user_id: str = ""
    previous_user_id: str = ""
    body: str = ""

    @property
    def details(self) -> Details:
        return known(
            event=self.event,
            wa_id=self.wa_id,
            user_id=self.user_id,
            previous_user_id=self.previous_user_id,
            body=self.body,
        )


@dataclass(frozen=True)
class Call(Content):
    """A call rang or ended. Nobody here picks up: the agent sees that it was tried."""

    kind = "call"
    event: str = ""
    direction: str = ""
    status: str = ""
    seconds: int | None = None

    @property
    def details(self) -> Details:
        return known(
            event=self.event,
            direction=self.direction,
            status=self.status,
            seconds=self.seconds,
        )
