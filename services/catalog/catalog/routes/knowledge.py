"""A store's knowledge."""

from dataclasses import replace

from flask.views import MethodView

from catalog.knowledge import Passage
from catalog.paging import Page, PageRequest
from catalog.parts import parts
from catalog.routes.paths import same_id
from catalog.schemas.knowledge import KnowledgePageSchema, PassageSchema
from catalog.schemas.paging import PageQuerySchema
from common.errors import InvalidRequestError
from common.identifiers import is_catalog_id
from common.openapi import Blueprint

blueprint = Blueprint("knowledge", __name__, description="What a store's assistant knows.")


@blueprint.route("/stores/<store_id>/knowledge")
class StoreKnowledge(MethodView):
    @blueprint.arguments(PageQuerySchema, location="query")
    @blueprint.response(200, KnowledgePageSchema)
    def get(self, page: PageRequest, store_id: str) -> Page[Passage]:
        """List passages in the order of their ids."""
        return parts().knowledge.page(store_id, page)

    @blueprint.arguments(PassageSchema)
    @blueprint.response(201, PassageSchema)
    def post(self, passage: Passage, store_id: str) -> Passage:
        """Add a passage; without an id it gets a random one."""
        return parts().knowledge.add(store_id, passage)


@blueprint.route("/stores/<store_id>/knowledge/<knowledge_id>")
class OnePassage(MethodView):
    @blueprint.response(200, PassageSchema)
    def get(self, store_id: str, knowledge_id: str) -> Passage:
        """Show a passage."""
        return parts().knowledge.get(store_id, knowledge_id)

    @blueprint.arguments(PassageSchema)
    @blueprint.response(200, PassageSchema)
    def put(self, passage: Passage, store_id: str, knowledge_id: str) -> tuple[Passage, int]:
        """Add or replace a passage."""
        same_id(passage.knowledge_id, knowledge_id)
        if not is_catalog_id(knowledge_id):
            raise InvalidRequestError("A passage cannot have this id.")
        kept, is_new = parts().knowledge.put(store_id, replace(passage, knowledge_id=knowledge_id))
        return kept, 201 if is_new else 200

    @blueprint.response(204)
    def delete(self, store_id: str, knowledge_id: str) -> None:
        """Forget a passage."""
        parts().knowledge.remove(store_id, knowledge_id)
