"""What an agent filled in for a template: checked, then written as Graph takes it. Pure.

WhatsApp refuses a value with line breaks, tabs or more than four blanks in a row (132018). Any
run of these becomes one blank: people paste, and the preview shows what will go. Everything else
that is wrong is refused, by name.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from common.errors import InvalidRequestError
from common.plain_text import TEXT_LIMIT, is_storable, units
from common.template_texts import (
    MEDIA_HEADERS,
    Button,
    Template,
    Values,
    Variable,
    are_numbers,
    rendered,
)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LINK = re.compile(r"https?://[!-~]+")
_ATTACHMENT = re.compile(r"attachment:([0-9a-f-]{36})")  # what an agent has uploaded here
_OF_ADDRESSES = "%/:=&?~#+!$,;'@()*[]"
_LONGEST_FILENAME = 240


def cleaned(template: Template, given: Mapping[str, str]) -> dict[str, str]:
    """Clean the values and check each; raises InvalidRequestError for any that cannot go.

    Some may still be missing: `checked` refuses that.
    """
    known = {each.name: each for each in template.variables}
    if unknown := sorted(given.keys() - known.keys()):
        raise InvalidRequestError(
            "The template has no such variables.", code="unknown_variables", variables=unknown[:20]
        )
    values = {name: _clean(known[name], value) for name, value in given.items()}
    kept = {name: value for name, value in values.items() if value}
    if units(rendered(template, kept)) > TEXT_LIMIT:
        raise InvalidRequestError(
            f"With these values the message is over {TEXT_LIMIT} characters.", code="text_too_long"
        )
    return kept


def checked(template: Template, given: Mapping[str, str]) -> dict[str, str]:
    """Clean the values; raises InvalidRequestError, also when one is missing."""
    values = cleaned(template, given)
    if absent := missing(template, values):
        raise InvalidRequestError(
            "Some variables have no value.", code="missing_variables", variables=absent
        )
    return values


def missing(template: Template, values: Values) -> list[str]:
    """Name the variables without a value, in the template's order."""
    return [each.name for each in template.variables if not values.get(each.name)]


def attachment_in(template: Template, values: Values) -> str:
    """Name the attachment that the header shows; empty when it shows none."""
    found = _ATTACHMENT.fullmatch(values.get(f"header.{template.header_format}", ""))
    return found[1] if found else ""


def components_for(template: Template, values: Values) -> list[dict[str, Any]]:
    """Write checked values as the `components` of a send.

    An attachment's place is left empty: only who uploads it learns its id.
    """
    found = list(_header(template, values))
    if texts := _texts(template, "body", values):
        found.append({"type": "body", "parameters": texts})
    for index, button in enumerate(template.buttons):
        found.extend(_button(index, button, values))
    return found


def _header(template: Template, values: Values) -> Iterator[dict[str, Any]]:
    shape = template.header_format
    if shape in MEDIA_HEADERS:
        file = {} if attachment_in(template, values) else _linked(shape, values[f"header.{shape}"])
        yield {"type": "header", "parameters": [{"type": shape, shape: file}]}
    elif texts := _texts(template, "header", values):
        yield {"type": "header", "parameters": texts}


def _texts(template: Template, part: str, values: Values) -> list[dict[str, str]]:
    """Write the texts of a part: in their order, or by name where they have names."""
    variables = [each for each in template.variables if each.part == part]
    is_positional = are_numbers([each.own_name for each in variables])
    return [
        {"type": "text"}
        | ({} if is_positional else {"parameter_name": each.own_name})
        | {"text": values[each.name]}
        for each in variables
    ]


def _button(index: int, button: Button, values: Values) -> Iterator[dict[str, Any]]:
    if button.variable is None:
        return
    value = values[button.variable.name]
    named: dict[str, Any] = {"type": "button", "index": str(index)}
    if button.variable.kind == "code":
        coupon = {"type": "coupon_code", "coupon_code": value}
        yield named | {"sub_type": "copy_code", "parameters": [coupon]}
    else:
        yield named | {"sub_type": "url", "parameters": [{"type": "text", "text": value}]}


def _clean(variable: Variable, given: str) -> str:
    value = " ".join(given.split())
    is_file = bool(value) and variable.kind in MEDIA_HEADERS
    is_wrong_file = is_file and not (_LINK.fullmatch(value) or _ATTACHMENT.fullmatch(value))
    if is_wrong_file or _CONTROL.search(value) or not is_storable(value):
        raise _refused(variable, "variable_not_usable", "has a value that cannot be sent")
    if variable.kind == "url":
        value = quote(value, safe=_OF_ADDRESSES)
    if units(value) > variable.longest:
        raise _refused(variable, "variable_too_long", f"is over {variable.longest} characters")
    return value


def _linked(shape: str, link: str) -> dict[str, str]:
    return {"link": link} | ({"filename": _filename(link)} if shape == "document" else {})


def _filename(link: str) -> str:
    """Name a document by the end of its address."""
    return unquote(urlsplit(link).path.rpartition("/")[2])[:_LONGEST_FILENAME] or "document"


def _refused(variable: Variable, code: str, what: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"{variable.name} {what}.", code=code, variables=[variable.name], limit=variable.longest
    )
