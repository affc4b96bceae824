"""Messages whose answer is chosen: buttons and lists (whatsapp.md 1.4). Pure.

The notifier refuses an agent's request by these rules, and the worker sends what they make.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from common import send_limits
from common.send_limits import check_text

Graph = dict[str, Any]


@dataclass(frozen=True)
class Choice:
    """A button, or a row of a list; its id comes back with the customer's choice."""

    id: str
    title: str
    description: str = ""

    def check(self, title_limit: int) -> None:
        check_text("An id", self.id, send_limits.ID_LIMIT, least=1)
        check_text("A title", self.title, title_limit, least=1)
        check_text("A description", self.description, send_limits.ROW_DESCRIPTION_LIMIT)

    def as_row(self) -> Graph:
        more = {"description": self.description} if self.description else {}
        return {"id": self.id, "title": self.title, **more}


@dataclass(frozen=True)
class Section:
    """Some rows of a list under a title, which only a list of one section can do without."""

    title: str
    rows: tuple[Choice, ...]

    def as_graph(self) -> Graph:
        title = {"title": self.title} if self.title else {}
        return {**title, "rows": [each.as_row() for each in self.rows]}


@dataclass(frozen=True)
class Buttons:
    """A text and up to three buttons."""

    body: str
    buttons: tuple[Choice, ...]

    def __post_init__(self) -> None:
        check_text("The text", self.body, send_limits.BUTTONS_TEXT_LIMIT, least=1)
        _check_choices(self.buttons, send_limits.MOST_BUTTONS, send_limits.BUTTON_TITLE_LIMIT)
        _check_titles(self.buttons)
        if any(each.description for each in self.buttons):
            raise ValueError("A button has no description.")

    def as_graph(self) -> Graph:
        buttons = [
            {"type": "reply", "reply": {"id": each.id, "title": each.title}}
            for each in self.buttons
        ]
        return _interactive("button", self.body, {"buttons": buttons})


@dataclass(frozen=True)
class ListMenu:
    """A text and a button that opens a list of up to ten rows."""

    body: str
    button: str
    sections: tuple[Section, ...]

    def __post_init__(self) -> None:
        check_text("The text", self.body, send_limits.LIST_TEXT_LIMIT, least=1)
        check_text("The button", self.button, send_limits.BUTTON_TITLE_LIMIT, least=1)
        rows = [row for section in self.sections for row in section.rows]
        _check_choices(rows, send_limits.MOST_ROWS, send_limits.ROW_TITLE_LIMIT)
        needs_titles = len(self.sections) > 1
        for each in self.sections:
            check_text("A title", each.title, send_limits.ROW_TITLE_LIMIT, least=int(needs_titles))
            if not each.rows:
                raise ValueError("A section has rows.")
            _check_titles(each.rows)

    def as_graph(self) -> Graph:
        sections = [each.as_graph() for each in self.sections]
        return _interactive("list", self.body, {"button": self.button, "sections": sections})


def menu_of(asked: Mapping[str, Any]) -> Buttons | ListMenu:
    """Make a menu of what an agent asked for (`interactive` of a command); raises ValueError."""
    try:
        if asked["type"] == "button":
            return Buttons(asked["body"], _choices(asked["buttons"]))
        if asked["type"] == "list":
            sections = (
                Section(each.get("title", ""), _choices(each["rows"])) for each in asked["sections"]
            )
            return ListMenu(asked["body"], asked["button"], tuple(sections))
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError("That is no menu.") from error
    raise ValueError("There is no such menu.")


def _choices(asked: Sequence[Mapping[str, Any]]) -> tuple[Choice, ...]:
    return tuple(Choice(each["id"], each["title"], each.get("description") or "") for each in asked)


def _check_choices(choices: Sequence[Choice], most: int, title_limit: int) -> None:
    if not 1 <= len(choices) <= most:
        raise ValueError(f"There are between 1 and {most} choices.")
    if len({each.id for each in choices}) < len(choices):
        raise ValueError("Two choices have one id.")
    for each in choices:
        each.check(title_limit)


def _check_titles(choices: Sequence[Choice]) -> None:
    """Refuse choices that a customer could not tell apart, as WhatsApp does."""
    if len({each.title.strip() for each in choices}) < len(choices):
        raise ValueError("Two choices have one title.")


def _interactive(kind: str, body: str, action: Graph) -> Graph:
    content = {"type": kind, "body": {"text": body}, "action": action}
    return {"type": "interactive", "interactive": content}
