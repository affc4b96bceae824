"""Registers, shows and changes stores."""

from flask.views import MethodView

from catalog.access import claims, is_for_every_store, require_every_store
from catalog.parts import parts
from catalog.routes.paths import same_id
from catalog.schemas.stores import (
    NewStoreSchema,
    StoreChangeSchema,
    StoreForm,
    StoreSchema,
    StoresSchema,
    StoreViewSchema,
)
from catalog.stores import StoreView
from common.errors import StoreNotFoundError
from common.openapi import Blueprint

blueprint = Blueprint("stores", __name__, description="The tenants and their settings.")


@blueprint.route("/stores")
class EveryStore(MethodView):
    @blueprint.response(200, StoresSchema)
    def get(self) -> dict[str, tuple[StoreView, ...]]:
        """List the stores the token opens."""
        if is_for_every_store():
            return {"stores": parts().stores.all()}
        return {"stores": (parts().stores.get(claims().store_id),)}

    @blueprint.arguments(NewStoreSchema)
    @blueprint.response(201, StoreViewSchema)
    def post(self, form: StoreForm) -> StoreView:
        """Register a store; it is served within two seconds."""
        require_every_store()
        return parts().stores.register(form.store_id, form.change)


@blueprint.route("/stores/<store_id>")
class OneStore(MethodView):
    @blueprint.response(200, StoreViewSchema)
    def get(self, store_id: str) -> StoreView:
        """Show a store."""
        return parts().stores.get(store_id)

    @blueprint.arguments(StoreSchema)
    @blueprint.response(200, StoreViewSchema)
    def put(self, form: StoreForm, store_id: str) -> StoreView | tuple[StoreView, int]:
        """Register or replace a store; secrets and a status that are left out stay."""
        same_id(form.store_id, store_id)
        try:
            return parts().stores.replace(store_id, form.change)
        except StoreNotFoundError:
            if not is_for_every_store():
                raise
        return parts().stores.register(store_id, form.change), 201

    @blueprint.arguments(StoreChangeSchema(partial=True))
    @blueprint.response(200, StoreViewSchema)
    def patch(self, form: StoreForm, store_id: str) -> StoreView:
        """Change what is named; a setting that is null goes back to its default."""
        same_id(form.store_id, store_id)
        return parts().stores.change(store_id, form.change)
