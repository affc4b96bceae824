"""The message templates of a store: listed, read anew from WhatsApp, tried out before a send."""

from typing import Any

from common import message_templates, template_values
from common.errors import ConflictError, InvalidRequestError
from common.message_templates import Wanted
from common.openapi import Blueprint
from common.plain_text import is_storable
from common.template_texts import Template, rendered
from notifier.parts import parts, store_of_path
from notifier.schemas.templates import (
    AskedTemplateSchema,
    TemplatePreviewSchema,
    TemplateQuerySchema,
    TemplatesAskedSchema,
    TemplatesSchema,
)
from notifier.template_sends import template_of
from notifier.wire import instant

blueprint = Blueprint("templates", __name__, description="Message templates, as WhatsApp has them.")

_TEMPLATES = "/api/stores/<store_id>/templates"


@blueprint.route(_TEMPLATES, methods=["GET"])
@blueprint.arguments(TemplateQuerySchema, location="query")
@blueprint.response(200, TemplatesSchema)
def list_templates(query: dict[str, str], store_id: str) -> dict[str, object]:
    """List the store's templates by name and language, 500 at most."""
    store = store_of_path(store_id)
    if not is_storable(query["q"] + query["status"]):
        raise InvalidRequestError("The search holds a character that no text has.")
    with parts().database.store(store.store_id) as connection:
        known = message_templates.listed(
            connection, store.store_id, Wanted(query["status"], query["q"])
        )
    return {
        "templates": [_shown(each) for each in known.templates],
        "listed_at": None if known.listed_at is None else instant(known.listed_at),
        "problem": known.problem,
    }


@blueprint.route(f"{_TEMPLATES}/refresh", methods=["POST"])
@blueprint.response(202, TemplatesAskedSchema)
def refresh(store_id: str) -> dict[str, str]:
    """Let the list be read anew, at most once a minute; 409 `no_account` without a waba_id."""
    store = store_of_path(store_id)
    with parts().database.store(store.store_id) as connection:
        has_account = message_templates.ask_again(connection, store.store_id)
    if not has_account:
        raise ConflictError("The store names no WhatsApp account.", code="no_account")
    return {"status": "asked"}


@blueprint.route(f"{_TEMPLATES}/preview", methods=["POST"])
@blueprint.arguments(AskedTemplateSchema)
@blueprint.response(200, TemplatePreviewSchema)
def preview(form: dict[str, Any], store_id: str) -> dict[str, object]:
    """Show the words a customer would read; some values may still be missing."""
    store = store_of_path(store_id)
    with parts().database.store(store.store_id) as connection:
        template = template_of(connection, store.store_id, form)
    values = template_values.cleaned(template, form["variables"])
    return {
        "text": rendered(template, values),
        "missing": template_values.missing(template, values),
    }


def _shown(template: Template) -> dict[str, object]:
    return {
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "status": template.status,
        "text": template.body,
        "header": template.header,
        "header_format": template.header_format,
        "footer": template.footer,
        "buttons": [vars(each) for each in template.buttons],
        "variables": [vars(each) for each in template.variables],
        "usable": not template.unusable,
        "unusable": template.unusable,
    }
