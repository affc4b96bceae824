"""Step 7, second half. A reply becomes parts, each with a row before anything goes.

The plan is written under the fence and the epoch it was computed under: an agent who took
over meanwhile makes it void (P5).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from common.callbacks import Callback, write
from common.errors import PermanentError
from common.inbound import AgentCommand
from common.outbox import NewPart, Part, Reply, Shown
from common.sealing import StoreSeal
from worker.bodies import Body, body_of
from worker.catalog import ResolvedImage
from worker.channels.contents import Content, WithFile
from worker.redaction import redact
from worker.reply import split_text

MOST_IMAGES = 5  # of a reply, unless the store says otherwise
__all__ = ["Body", "Outgoing", "Plan", "of_command", "prepare", "prepare_again"]


@dataclass(frozen=True)
class Plan:
    """Text parts, then pictures, in the order they go."""

    bodies: tuple[Body, ...]
    role: str = "assistant"
    message_id: str = ""  # given for what an agent wrote: the id their screen knows
    epoch: int | None = None  # the ownership it was computed under; None for a person's words
    trigger: str = ""  # hands the conversation over with it

    @classmethod
    def of_reply(
        cls, text: str, images: Sequence[ResolvedImage], most_images: int = MOST_IMAGES
    ) -> "Plan":
        """Plan what the assistant said: its words, and so many of its pictures."""
        texts = tuple(Body(text=part) for part in split_text(text))
        pictures = tuple(
            Body(link=each.url, product_id=each.product_id, kind="image")
            for each in images[:most_images]
        )
        return cls(texts + pictures)

    def pictured(self, images: Sequence[ResolvedImage]) -> "Plan":
        """Let the words of a product that an agent sends go under its picture."""
        links = {each.product_id: each.url for each in images}
        return replace(self, bodies=tuple(_under_picture(each, links) for each in self.bodies))

    @property
    def product_ids(self) -> tuple[str, ...]:
        """Name the products that are to be sent and have no picture yet."""
        return tuple(each.product_id for each in self.bodies if each.product_id and not each.link)

    def under(self, epoch: int) -> "Plan":
        """Bind it to the ownership it was computed under: void under another (P5)."""
        return replace(self, epoch=epoch)


@dataclass(frozen=True)
class Outgoing:
    """A part made ready to go: nothing of ours can fail between its decision and its call."""

    part: int
    attempt: int
    body: Body
    content: Content
    shown: Shown
    callback: str
    role: str = "assistant"
    has_known_id: bool = (
        False  # of an upload before this attempt, which WhatsApp may have forgotten
    )

    @property
    def outbox_id(self) -> str:
        return self.shown.outbox_id

    @property
    def kind(self) -> str:
        return self.body.kind

    @classmethod
    def of(cls, seal: StoreSeal, body: Body, outbox_id: str, part: int, attempt: int) -> "Outgoing":
        """Make a part ready; raises PermanentError for what WhatsApp never takes."""
        redacted = redact(body.words).text
        hidden = seal.seal_text(body.words) if redacted != body.words else None
        shown = Shown(outbox_id, redacted, hidden, (body.link,) if body.link else ())
        callback = write(seal, Callback(outbox_id, attempt))
        return cls(part, attempt, body, _content_of(body), shown, callback)

    def uploaded(self, media_id: str, *, is_known: bool = False) -> "Outgoing":
        """Send its file by the id that WhatsApp gave it, now or before."""
        if not isinstance(self.content, WithFile):
            return self
        return replace(self, content=self.content.uploaded(media_id), has_known_id=is_known)


def of_command(command: AgentCommand) -> Plan:
    """Plan what an agent asked to send, of whatever kind."""
    body = body_of(command.text, command.content)
    return Plan((body,), role="agent", message_id=command.message_id)


def prepare(seal: StoreSeal, plan: Plan) -> tuple[Reply, list[Outgoing]]:
    """Make the rows of a new plan, and its parts ready to go."""
    going = [
        replace(
            Outgoing.of(seal, body, plan.message_id or str(uuid4()), part=number, attempt=1),
            role=plan.role,
        )
        for number, body in enumerate(plan.bodies, start=1)
    ]
    rows = [NewPart(each.outbox_id, each.kind, each.body.sealed(seal)) for each in going]
    return Reply(plan.role, rows, plan.epoch, plan.trigger), going


def prepare_again(seal: StoreSeal, parts: Sequence[Part]) -> list[Outgoing]:
    """Make the parts of a former attempt's plan ready to go."""
    return [replace(_ready_again(seal, each), role=each.role) for each in parts]


def _ready_again(seal: StoreSeal, part: Part) -> Outgoing:
    body = Body.unsealed(seal, part.body_sealed)
    return Outgoing.of(seal, body, part.outbox_id, part.part, part.attempt + 1)


def _under_picture(body: Body, links: Mapping[str, str]) -> Body:
    link = links.get(body.product_id, "")
    if not link or body.link:
        return body
    return replace(body, text="", caption=body.text, link=link, kind="image")


def _content_of(body: Body) -> Content:
    try:
        return body.content()
    except ValueError as error:
        raise PermanentError(str(error), code="not_sendable") from error
