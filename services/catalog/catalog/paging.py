"""One page of a list in the order of its ids; the cursor is the last id given out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")

USUAL_PAGE = 50
LARGEST_PAGE = 200


@dataclass(frozen=True)
class PageRequest:
    """Where to go on, and how many to give."""

    cursor: str = ""
    limit: int = USUAL_PAGE
    words: str = ""  # of products: all of them in the name


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some items, and where to go on; None at the end."""

    items: tuple[Item, ...]
    next_cursor: str | None


def page_of(found: Sequence[tuple[str, Item]], limit: int) -> Page[Item]:
    """Cut a page from ids and items of which one more than the limit was asked for."""
    given = found[:limit]
    next_cursor = given[-1][0] if len(found) > limit else None
    return Page(items=tuple(item for _, item in given), next_cursor=next_cursor)
