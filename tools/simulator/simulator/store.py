"""A store as the simulator knows it: a business number and the secret that signs for it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Product:
    """What a customer could ask for; `picture` is an absolute address, empty without one."""

    name: str
    picture: str = ""


@dataclass(frozen=True)
class SimulatedStore:
    """One store's WhatsApp number; `display_phone_number` is what customers dial."""

    id: str
    phone_number_id: str
    app_secret: str = field(repr=False)
    display_phone_number: str = ""
    name: str = ""
    products: tuple[Product, ...] = ()

    @property
    def account_id(self) -> str:
        """Invent a WhatsApp Business Account id, different for each number."""
        return f"10{self.phone_number_id}"

    @property
    def metadata(self) -> dict[str, str]:
        return {
            "display_phone_number": self.display_phone_number or self.phone_number_id,
            "phone_number_id": self.phone_number_id,
        }
