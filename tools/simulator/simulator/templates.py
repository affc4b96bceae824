"""The message templates of simulated stores: those of the demo until a test sets others.

Also refuses, as Meta does, a send by a template that is not there, cannot be sent, or gets other
values than it needs.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Any

from simulator.refusals import refuse, required_objects
from simulator.store import SimulatedStore
from simulator.templates_demo import DEMO_TEMPLATES

Template = Mapping[str, Any]

_PLACEHOLDER = re.compile(r"\{\{\s*\w+\s*\}\}")
_TAKEN_FROM_A_LINK = frozenset({"IMAGE", "VIDEO", "DOCUMENT"})
_UNSENDABLE = {"PAUSED": 132015, "DISABLED": 132016}
_RUN = re.compile(r"[\n\r\t]| {5,}")


class TemplateShelf:
    """Templates by store; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._set: dict[str, tuple[Template, ...]] = {}

    def put(self, store_id: str, templates: Sequence[Template]) -> None:
        with self._lock:
            self._set[store_id] = tuple(templates)

    def of(self, store_id: str) -> tuple[Template, ...]:
        with self._lock:
            return self._set.get(store_id, DEMO_TEMPLATES)

    def find(self, store_id: str, content: Mapping[str, Any]) -> Template | None:
        """Find the template that a message names, if it is there."""
        asked = (content["name"], content["language"]["code"])
        return next((t for t in self.of(store_id) if (t["name"], t["language"]) == asked), None)

    def check(self, store: SimulatedStore, body: Mapping[str, Any]) -> None:
        """Check the template that a message names; raises RefusedError."""
        if body.get("type") != "template":
            return
        content = body["template"]
        name, language = content["name"], content["language"]["code"]
        found = self.find(store.id, content)
        status = found["status"] if found else ""
        if status in _UNSENDABLE:
            raise refuse(_UNSENDABLE[status], f"Template {name} is {status.lower()}.")
        if found is None or status != "APPROVED":
            details = f"template name ({name}) does not exist in {language}"
            raise refuse(132001, details)
        _check_values(found, content)


def _check_values(template: Template, content: Mapping[str, Any]) -> None:
    components = required_objects(content, "components") if content.get("components") else []
    given = {_place(each): _values(each) for each in components}
    needed = dict(_needed(template))
    for place in given.keys() | needed.keys():
        values, expected = given.get(place, []), needed.get(place, 0)
        if len(values) != expected:
            details = f"{place}: number of params ({len(values)}) does not match ({expected})"
            raise refuse(132000, details)
        for each in values:
            _check_value(each)


def _check_value(value: Mapping[str, Any]) -> None:
    text = value.get("text")
    if isinstance(text, str) and _RUN.search(text):
        details = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
        raise refuse(132018, details)
    if text == "":
        raise refuse(131008, "Parameter text is required.")


def _values(component: Mapping[str, Any]) -> list[dict[str, Any]]:
    return required_objects(component, "parameters") if component.get("parameters") else []


def _place(component: Mapping[str, Any]) -> str:
    kind = str(component.get("type", "")).lower()
    return f"button {component.get('index')}" if kind == "button" else kind


def _needed(template: Template) -> Iterator[tuple[str, int]]:
    """Count the values that each place of a template needs."""
    for component in template["components"]:
        kind = component["type"]
        if kind == "HEADER" and component.get("format") in _TAKEN_FROM_A_LINK:
            yield "header", 1
        elif kind in ("HEADER", "BODY"):
            names = set(_PLACEHOLDER.findall(component.get("text", "")))
            yield kind.lower(), len(names)
        elif kind == "BUTTONS":
            for index, button in enumerate(component["buttons"]):
                yield f"button {index}", _needed_by(button)


def _needed_by(button: Mapping[str, Any]) -> int:
    return int(button["type"] == "COPY_CODE" or bool(_PLACEHOLDER.search(button.get("url", ""))))
