"""Knowledge."""

from typing import Any

from marshmallow import Schema, fields, post_load

from catalog.knowledge import Passage
from catalog.schemas.fields import identifier, text


class PassageSchema(Schema):
    id = identifier("knowledge_id")
    title = text(200, least=1, required=True)
    text = text(20_000, least=1, required=True)

    @post_load
    def _make(self, values: dict[str, Any], **_: Any) -> Passage:
        return Passage(**{"knowledge_id": "", **values})


class KnowledgePageSchema(Schema):
    knowledge = fields.List(fields.Nested(PassageSchema), attribute="items")
    next_cursor = fields.String(allow_none=True)
