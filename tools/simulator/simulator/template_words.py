"""The words of a template as its customer reads them: the values put where they belong.

For the phone only; nothing is refused here. Pure: no I/O.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def words_of(template: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    """Fill a template with the values of a message; what has no value keeps its placeholder."""
    shown: dict[str, Any] = {"buttons": []}
    for component in template.get("components", ()):
        place = str(component.get("type", "")).lower()
        if place == "buttons":
            shown["buttons"] = list(_buttons(component, content))
        elif isinstance(component.get("text"), str):
            shown[place] = _filled(component["text"], _values(content, place))
    return shown


def _buttons(component: Mapping[str, Any], content: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for index, button in enumerate(component.get("buttons", ())):
        values = _values(content, "button", str(index))
        payload = str(values[0].get("payload", "")) if values else ""
        yield {
            "type": str(button.get("type", "")),
            "text": str(button.get("text", "")),
            "payload": payload or str(button.get("text", "")),
            "url": _filled(str(button.get("url", "")), values),
        }


def _values(
    content: Mapping[str, Any], place: str, index: str | None = None
) -> Sequence[Mapping[str, Any]]:
    for component in content.get("components") or ():
        is_there = str(component.get("type", "")).lower() == place
        if is_there and (index is None or str(component.get("index")) == index):
            return [each for each in component.get("parameters") or () if isinstance(each, dict)]
    return []


def _filled(text: str, values: Sequence[Mapping[str, Any]]) -> str:
    by_name = {
        str(value.get("parameter_name") or number): str(value["text"])
        for number, value in enumerate(values, start=1)
        if isinstance(value.get("text"), str)
    }
    return _PLACEHOLDER.sub(lambda found: by_name.get(found[1], found[0]), text)
