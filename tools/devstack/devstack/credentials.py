"""Each demo store's WhatsApp credentials: made up, or the person's own for store-1."""

from dataclasses import dataclass, replace

from common.settings import Settings
from devstack.demo_content import DemoStore
from devstack.secrets_file import SecretsFile

_OWN_STORE = "store-1"


@dataclass(frozen=True)
class Credentials:
    """What a store's number is reached and verified with; `own` when a person set them."""

    phone_number_id: str
    access_token: str
    app_secret: str
    verify_token: str
    own: bool = False

    @property
    def waba_id(self) -> str:
        """Name the account as the simulator does; a person's own is not known here."""
        return "" if self.own else f"10{self.phone_number_id}"


def credentials_of(store: DemoStore, settings: Settings, secrets: SecretsFile) -> Credentials:
    """Choose a store's credentials: WHATSAPP_* win for store-1, one by one."""
    made_up = Credentials(
        phone_number_id=store.phone_number_id,
        access_token=secrets.store_secret(store.id, "access_token"),
        app_secret=secrets.store_secret(store.id, "app_secret"),
        verify_token=secrets.store_secret(store.id, "verify_token"),
    )
    given = {
        "phone_number_id": settings.whatsapp_phone_id,
        "access_token": settings.whatsapp_access_token,
        "app_secret": settings.whatsapp_app_secret,
        "verify_token": settings.whatsapp_verify_token,
    }
    chosen = {name: value for name, value in given.items() if value}
    if store.id != _OWN_STORE or not chosen:
        return made_up
    return replace(made_up, own=True, **chosen)
