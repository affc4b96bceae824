"""The goods that an agent can send, searched as they type."""

from common.errors import InvalidRequestError
from common.openapi import Blueprint
from common.plain_text import is_storable
from notifier import goods
from notifier.parts import parts, store_of_path
from notifier.schemas.goods import GoodsQuerySchema, GoodsSchema

blueprint = Blueprint("goods", __name__, description="The goods that an agent can send.")


@blueprint.route("/api/stores/<store_id>/goods", methods=["GET"])
@blueprint.arguments(GoodsQuerySchema, location="query")
@blueprint.response(200, GoodsSchema)
def list_goods(query: dict[str, str], store_id: str) -> dict[str, object]:
    """Find products by words of their names, with the price as it is sent; twenty at most."""
    store = store_of_path(store_id)
    if not is_storable(query["q"]):
        raise InvalidRequestError("The search holds a character that no text has.")
    return {"products": goods.found(parts().catalog, store, query["q"])}
