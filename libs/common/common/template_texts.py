"""A message template as its store's people see it: its texts, its variables, its words. Pure.

Reads Meta's components, of which any may be missing, new or of another shape: what this version
could not send right is kept, shown and not usable, with the reason.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,64})\s*\}\}")
MEDIA_HEADERS = ("image", "video", "document")
# Those that need nothing to be sent with them, and those that take a value.
_PLAIN_BUTTONS = frozenset({"QUICK_REPLY", "PHONE_NUMBER", "VOICE_CALL"})
_URL, _CODE = "URL", "COPY_CODE"
_COMPONENTS = frozenset({"HEADER", "BODY", "FOOTER", "BUTTONS"})
# Meta's limits of a value: of a header, of a body, of an address's end, of a code.
_LONGEST = {"text": 1024, "url": 2000, "code": 15}
_LONGEST_IN_HEADER = 60
_LONGEST_LINK = 2000

Values = Mapping[str, str]


@dataclass(frozen=True)
class Variable:
    """Something to fill in; `name` is the key of its value.

    Those of the body have the template's own names ("1", "nombre"), the others their place
    before a dot ("header.1", "header.image", "button.0").
    """

    name: str
    part: str  # header, body or button
    kind: str  # text, url (the end of an address), code, image, video or document
    longest: int

    @property
    def own_name(self) -> str:
        """Return the name that the template itself has for it."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True)
class Button:
    """One button, at its place in the template."""

    kind: str
    text: str
    url: str = ""
    variable: Variable | None = None


@dataclass(frozen=True)
class Template:
    """One template in one language."""

    name: str
    language: str
    category: str
    status: str
    header_format: str  # text, image, video, document …; empty without a header
    header: str
    body: str
    footer: str
    buttons: tuple[Button, ...]
    variables: tuple[Variable, ...]
    unusable: str  # why this version does not send it, as one word; empty when it does

    @property
    def is_approved(self) -> bool:
        return self.status == "APPROVED"


def read_template(
    name: str, language: str, category: str, status: str, components: Sequence[Any]
) -> Template:
    """Read a template from Meta's components, whatever they are."""
    found = {_text(each, "type").upper(): each for each in map(_mapping, components)}
    header, body = found.get("HEADER", {}), _text(found.get("BODY", {}), "text")
    shape = (_text(header, "format") or "TEXT").lower() if header else ""
    buttons = tuple(_buttons(found.get("BUTTONS", {})))
    return Template(
        name=name,
        language=language,
        category=category,
        status=status.upper(),
        header_format=shape,
        header=_text(header, "text") if shape == "text" else "",
        body=body,
        footer=_text(found.get("FOOTER", {}), "text"),
        buttons=buttons,
        variables=tuple(_variables(shape, _text(header, "text"), body, buttons)),
        unusable=_why_not(found, category, shape, body, buttons),
    )


def rendered(template: Template, values: Values) -> str:
    """Write the words that the customer will read; a variable without a value stays as it is."""
    head = filled(template.header, values, "header.")
    if template.header_format in MEDIA_HEADERS:
        head = f"[{template.header_format}]"
    lines = "\n".join(_button_line(each, values) for each in template.buttons)
    parts = (head, filled(template.body, values), template.footer, lines)
    return "\n\n".join(filter(None, parts))


def filled(text: str, values: Values, prefix: str = "") -> str:
    """Put values in the place of a text's variables."""
    return _PLACEHOLDER.sub(lambda found: values.get(prefix + found[1]) or found[0], text)


def names_in(text: str) -> tuple[str, ...]:
    """List the variables of a text: by number where all are numbers, else as they come."""
    names = tuple(dict.fromkeys(_PLACEHOLDER.findall(text)))
    return tuple(sorted(names, key=int)) if are_numbers(names) else names


def are_numbers(names: Sequence[str]) -> bool:
    """Tell positional variables from named ones."""
    return all(each.isascii() and each.isdigit() for each in names)


def _button_line(button: Button, values: Values) -> str:
    address = button.url
    if button.variable is not None and (value := values.get(button.variable.name)):
        address = _PLACEHOLDER.sub(lambda _: value, button.url) or value
    return f"[{button.text}] {address}".rstrip()


def _variables(shape: str, header: str, body: str, buttons: Sequence[Button]) -> Iterator[Variable]:
    if shape in MEDIA_HEADERS:
        yield Variable(f"header.{shape}", "header", shape, _LONGEST_LINK)
    if shape == "text":
        for each in names_in(header):
            yield Variable(f"header.{each}", "header", "text", _LONGEST_IN_HEADER)
    for each in names_in(body):
        yield Variable(each, "body", "text", _LONGEST["text"])
    yield from filter(None, (each.variable for each in buttons))


def _buttons(component: Mapping[str, Any]) -> Iterator[Button]:
    listed = component.get("buttons")
    for number, given in enumerate(listed if isinstance(listed, list) else ()):
        button = _mapping(given)
        kind, url = _text(button, "type").upper(), _text(button, "url")
        takes = {_URL: "url" if names_in(url) else "", _CODE: "code"}.get(kind, "")
        variable = Variable(f"button.{number}", "button", takes, _LONGEST[takes]) if takes else None
        yield Button(kind, _text(button, "text"), url, variable)


def _why_not(
    found: Mapping[str, Any], category: str, shape: str, body: str, buttons: Sequence[Button]
) -> str:
    if category.upper() == "AUTHENTICATION":
        return "authentication"  # a code for a log-in is not an agent's to write
    if found.keys() - _COMPONENTS:
        return "component_not_supported"
    if shape and shape != "text" and shape not in MEDIA_HEADERS:
        return "header_not_supported"
    if any(each.kind not in {_URL, _CODE} | _PLAIN_BUTTONS for each in buttons):
        return "button_not_supported"
    return "" if body else "no_body"


def _mapping(given: object) -> Mapping[str, Any]:
    return given if isinstance(given, dict) else {}


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    return value if isinstance(value, str) else ""
