"""Places, cards and baskets."""

from dataclasses import dataclass

from common.contents.base import Content, Details, known


@dataclass(frozen=True)
class Location(Content):
    """A place; the words in it are for the agent, a bot cannot go there."""

    kind = "location"
    latitude: float | None = None
    longitude: float | None = None
    name: str = ""
    address: str = ""
    url: str = ""

    @property
    def details(self) -> Details:
        return known(
            latitude=self.latitude,
            longitude=self.longitude,
            name=self.name,
            address=self.address,
            url=self.url,
        )


@dataclass(frozen=True)
class SharedContact:
    """One card of an address book."""

    name: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    organization: str = ""

    @property
    def details(self) -> Details:
        return known(
            name=self.name,
            phones=list(self.phones),
            emails=list(self.emails),
            organization=self.organization,
        )


@dataclass(frozen=True)
class SharedContacts(Content):
    """Cards, or the customer's own number where we asked for it (`origin`)."""

    kind = "contacts"
    cards: tuple[SharedContact, ...] = ()
    origin: str = ""
    left_out: int | None = None  # how many cards more there were

    @property
    def details(self) -> Details:
        cards = [card.details for card in self.cards]
        return {"contacts": cards} | known(origin=self.origin, left_out=self.left_out)


@dataclass(frozen=True)
class OrderItem:
    """One line of an order. The price is what the customer's phone says it is."""

    product_id: str = ""
    quantity: int | None = None
    price: float | None = None
    currency: str = ""

    @property
    def line(self) -> str:
        return self.product_id if self.quantity is None else f"{self.quantity} x {self.product_id}"

    @property
    def details(self) -> Details:
        return known(
            product_id=self.product_id,
            quantity=self.quantity,
            price=self.price,
            currency=self.currency,
        )


@dataclass(frozen=True)
class Order(Content):
    """A filled basket. Its prices stay out of `text`: a bot takes them from our catalog."""

    kind = "order"
    catalog_id: str = ""
    note: str = ""  # as it came; in the details it is bounded
    shown_note: str = ""
    items: tuple[OrderItem, ...] = ()
    left_out: int | None = None

    @property
    def text(self) -> str:
        lines = [self.note, *(item.line for item in self.items)]
        return "\n".join(line for line in lines if line)

    @property
    def details(self) -> Details:
        items = [item.details for item in self.items]
        about = known(catalog_id=self.catalog_id, note=self.shown_note, left_out=self.left_out)
        return about | {"items": items}
