"""What an agent chose of the templates and filled in, as it is shown and as it is sent."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from common import message_templates, template_values
from common.errors import ConflictError, InvalidRequestError
from common.plain_text import is_storable
from common.template_texts import Template, rendered


def template_content(
    connection: Connection, store_id: str, asked: Mapping[str, Any]
) -> dict[str, Any]:
    """Make the `content` of an agent's command; `asked` is {name, language, variables}.

    Raises NotFoundError; ConflictError for a template that cannot be sent now
    (`template_not_approved`, `template_not_usable`); InvalidRequestError for its variables.
    """
    template = template_of(connection, store_id, asked)
    if not template.is_approved:
        raise ConflictError(
            "WhatsApp does not allow this template now.",
            code="template_not_approved",
            status=template.status,
        )
    if template.unusable:
        raise ConflictError(
            "This template holds what cannot be sent from here.",
            code="template_not_usable",
            reason=template.unusable,
        )
    values = template_values.checked(template, asked.get("variables") or {})
    return {
        "kind": "template",
        "name": template.name,
        "language": template.language,
        "components": template_values.components_for(template, values),
        "shown": rendered(template, values),
    }


def template_of(connection: Connection, store_id: str, asked: Mapping[str, Any]) -> Template:
    """Find the template that is asked for; raises NotFoundError."""
    name, language = asked["name"], asked["language"]
    if not is_storable(name) or not is_storable(language):
        raise InvalidRequestError("name or language holds a character that no text has.")
    return message_templates.find(connection, store_id, name, language)
