"""Places, cards and baskets."""

from collections.abc import Mapping
from typing import Any

from common import contents
from ingress import fields

_MOST_CARDS = 100
_MOST_ITEMS = 200
_MOST_WAYS = 20  # phones, or addresses, of one card
_LONGEST_NOTE = 4096
_LONGEST_URL = 1024
_HIGHEST_PRICE = 1e12


def location(content: Mapping[str, Any]) -> contents.Location:
    """Read a place; of a pair of numbers one of which is out of range the other is no place."""
    latitude = fields.number(content.get("latitude"), -90, 90)
    longitude = fields.number(content.get("longitude"), -180, 180)
    is_place = latitude is not None and longitude is not None
    return contents.Location(
        latitude=latitude if is_place else None,
        longitude=longitude if is_place else None,
        name=fields.label(content.get("name")),
        address=fields.label(content.get("address"), _LONGEST_URL),
        url=fields.label(content.get("url"), _LONGEST_URL),
    )


def contacts(message: Mapping[str, Any]) -> contents.SharedContacts:
    """Read the cards; `origin` says whether we had asked for the customer's own number."""
    given = fields.items(message.get("contacts"))
    cards = tuple(_card(fields.mapping(each)) for each in given[:_MOST_CARDS])
    origins = (fields.mapping(each).get("origin") for each in given[:_MOST_CARDS])
    origin = next((each for each in origins if isinstance(each, str)), message.get("origin"))
    return contents.SharedContacts(cards, fields.label(origin), _left_out(given, _MOST_CARDS))


def _card(card: Mapping[str, Any]) -> contents.SharedContact:
    name = fields.mapping(card.get("name"))
    parts = (fields.label(name.get(part)) for part in ("first_name", "middle_name", "last_name"))
    return contents.SharedContact(
        name=fields.label(name.get("formatted_name")) or " ".join(filter(None, parts)),
        phones=_ways(card.get("phones"), ("phone", "wa_id")),
        emails=_ways(card.get("emails"), ("email",)),
        organization=fields.label(fields.mapping(card.get("org")).get("company")),
    )


def _ways(given: Any, names: tuple[str, ...]) -> tuple[str, ...]:
    """Read the phones or the e-mail addresses of a card, each by the first name it has."""
    ways = map(fields.mapping, fields.items(given)[:_MOST_WAYS])
    found = (next((way[name] for name in names if way.get(name)), "") for way in ways)
    return tuple(filter(None, map(fields.label, found)))


def order(content: Mapping[str, Any]) -> contents.Order:
    given = fields.items(content.get("product_items"))
    return contents.Order(
        catalog_id=fields.label(content.get("catalog_id")),
        note=fields.text(content.get("text")),
        shown_note=fields.label(content.get("text"), _LONGEST_NOTE),
        items=tuple(_order_item(fields.mapping(each)) for each in given[:_MOST_ITEMS]),
        left_out=_left_out(given, _MOST_ITEMS),
    )


def _order_item(item: Mapping[str, Any]) -> contents.OrderItem:
    """Read one line. Less than one of a thing is no quantity, less than nothing no price."""
    return contents.OrderItem(
        product_id=fields.label(item.get("product_retailer_id")),
        quantity=fields.whole(item.get("quantity"), lowest=1),
        price=fields.number(item.get("item_price"), 0, _HIGHEST_PRICE),
        currency=fields.label(item.get("currency")),
    )


def _left_out(given: Any, most: int) -> int | None:
    return len(given) - most if len(given) > most else None
