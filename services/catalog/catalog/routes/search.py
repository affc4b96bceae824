"""Searching a store."""

from typing import Any

from flask.views import MethodView

from catalog.parts import parts
from catalog.schemas.search import FoundSchema, SearchQuerySchema
from catalog.search import Found
from common.openapi import Blueprint

blueprint = Blueprint("search", __name__, description="What answers a customer's question.")


@blueprint.route("/stores/<store_id>/search")
class StoreSearch(MethodView):
    @blueprint.arguments(SearchQuerySchema, location="query")
    @blueprint.response(200, FoundSchema)
    def get(self, query: dict[str, Any], store_id: str) -> Found:
        """Find available products and knowledge that have any of the question's words."""
        return parts().search.ask(store_id, query["q"], query["limit"])
