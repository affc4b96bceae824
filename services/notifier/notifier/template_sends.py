"""What an agent chose of the templates and filled in, as it is shown and as it is sent."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from common import attachments, message_templates, template_values
from common.errors import ConflictError, InvalidRequestError
from common.identifiers import as_uuid
from common.plain_text import is_storable
from common.template_texts import Template, Values, rendered
from notifier.parts import agent


def template_content(
    connection: Connection, store_id: str, asked: Mapping[str, Any]
) -> dict[str, Any]:
    """Make the `content` of an agent's command; `asked` is {name, language, variables}.

    A file of the agent's comes with its `attachment_id`, which the send marks as used. Raises
    NotFoundError; ConflictError for a template that cannot be sent now
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
        **_file(connection, store_id, template, values),
        "kind": "template",
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "components": template_values.components_for(template, values),
        "shown": rendered(template, values),
    }


def _file(
    connection: Connection, store_id: str, template: Template, values: Values
) -> dict[str, Any]:
    """Describe the attachment that the header shows, if it shows one."""
    attachment_id = as_uuid(template_values.attachment_in(template, values))
    if attachment_id is None:
        return {}
    found = attachments.find(connection, store_id, agent().id, attachment_id)
    if found.kind != template.header_format:
        name = f"header.{template.header_format}"
        raise InvalidRequestError(
            f"{name} is no {template.header_format}.", code="variable_not_usable", variables=[name]
        )
    named = ("attachment_id", "place", "mime_type", "filename", "size")
    return {name: getattr(found, name) for name in named}


def template_of(connection: Connection, store_id: str, asked: Mapping[str, Any]) -> Template:
    """Find the template that is asked for; raises NotFoundError."""
    name, language = asked["name"], asked["language"]
    if not is_storable(name) or not is_storable(language):
        raise InvalidRequestError("name or language holds a character that no text has.")
    return message_templates.find(connection, store_id, name, language)
