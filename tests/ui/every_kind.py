"""A conversation with one message of every kind, put into the tables as the worker leaves them."""

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import redis

from common.events import topic
from common.sealing import Keyring, StoreSeal
from tests.journeys.stack import Stack

STORE = "store-1"
_REMEMBER = """SELECT remember_message(:store, CAST(:conversation AS uuid), CAST(:id AS uuid), :role,
    :kind, :content, NULL, CAST(:images AS jsonb), :wamid, :status)"""
_COLUMNS = """UPDATE messages SET details_sealed = :details, reply_to = :reply_to,
    reactions = CAST(:reactions AS jsonb), edited_at = CASE WHEN :edited THEN now() END,
    revoked_at = CASE WHEN :revoked THEN now() END
    WHERE store_id = :store AND message_id = CAST(:id AS uuid)"""
_MEDIA = """INSERT INTO media
    (store_id, message_id, media_id, kind, mime_type, filename, size, state, reason, due_at)
    VALUES (:store, CAST(:id AS uuid), :id, :kind, :mime_type, :filename, :size, :state, :reason,
        clock_timestamp() + interval '1 day')"""  # nobody is to fetch what nobody sent


@dataclass(frozen=True)
class Said:
    """One message of the thread; `media` is (mime type, file name, size, state, reason)."""

    kind: str
    content: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    role: str = "user"
    media: tuple[str, str, int | None, str, str] | None = None
    reply_to: str | None = None  # the wamid it quotes
    reactions: dict[str, str] = field(default_factory=dict)
    edited: bool = False
    revoked: bool = False
    wamid: str | None = None


def file(mime_type: str, name: str = "", size: int | None = 84_213, state: str = "ready", why=""):
    return (mime_type, name, size, state, why)


THREAD = [
    Said(
        "text",
        "Buenas, vi el anuncio. ¿Todavía lo tienen?",
        {
            "referral": {
                "source_type": "ad",
                "source_url": "https://example.test/anuncio",
                "headline": "Café del Huila, recién tostado",
                "body": "Envío gratis esta semana",
            }
        },
        wamid="wamid.first",
    ),
    Said("text", "Sí, quedan diez bolsas.", role="assistant", wamid="wamid.bot"),
    Said("image", "¿Es este?", media=file("image/png", "foto.png"), reply_to="wamid.bot"),
    Said("text", "Ese mismo.", role="agent", details={"phone_app": "WhatsApp Business"}),
    Said("image", media=file("image/jpeg", size=None, state="loading")),
    Said("image", media=file("image/jpeg", size=None, state="failed", why="expired")),
    Said("audio", details={"voice": True}, media=file("audio/wav")),
    Said("audio", media=file("audio/mpeg", state="failed", why="too_large")),
    Said("video", "Así quedó", media=file("video/mp4", size=None, state="loading")),
    Said("document", media=file("application/pdf", "Comprobante de pago Ñ.pdf", 1_284_213)),
    Said("document", media=file("application/x-msdownload", "factura\u202efdp.exe", 4_213)),
    Said("document", media=file("text/plain", "nota.txt", None, "loading")),
    Said("sticker", details={"animated": True}, media=file("image/png")),
    Said(
        "location",
        details={
            "latitude": 4.598056,
            "longitude": -74.075833,
            "name": "Plaza de Bolívar",
            "address": "Cra. 7 #11-10, Bogotá",
            "url": "javascript:window.__pwned=1",
        },
    ),
    Said("location", details={"latitude": 4.6, "longitude": -74.08}),
    Said(
        "contacts",
        details={
            "contacts": [
                {"name": "Tía Rosa", "phones": ["573001234567"], "emails": ["rosa@example.test"]},
                {"name": "Ferretería El Tornillo", "organization": "El Tornillo S.A.S."},
            ],
            "left_out": 2,
        },
    ),
    Said(
        "interactive",
        "Molido medio",
        {
            "choice": {
                "type": "list_reply",
                "id": "m2",
                "title": "Molido medio",
                "description": "Para prensa y goteo",
            }
        },
    ),
    Said("button", "Sí, confirmo", {"payload": "confirm-7"}, reply_to="wamid.long-gone"),
    Said(
        "interactive",
        "nombre: Ana\nciudad: Cali",
        {
            "choice": {
                "type": "nfm_reply",
                "title": "Enviado",
                "answers": {
                    "nombre": "Ana",
                    "ciudad": "Cali",
                    "días": ["lunes", "martes"],
                    "factura": True,
                    "flow_token": "x",
                },
            }
        },
    ),
    Said(
        "order",
        "Sin azúcar, por favor\n2 x cafe-500\n1 x panela",
        {
            "catalog_id": "77",
            "note": "Sin azúcar, por favor",
            "items": [
                {"product_id": "cafe-500", "quantity": 2, "price": 32000, "currency": "COP"},
                {"product_id": "panela", "quantity": 1, "price": 4500.5, "currency": "COP"},
            ],
        },
    ),
    Said("text", "Mañana a las 3", edited=True, reactions={"user": "👍", "agent": "❤️"}),
    Said("text", "esto no", revoked=True, wamid="wamid.gone"),
    Said("text", "¿Qué decía?", role="agent", reply_to="wamid.gone"),
    Said("text", "Mira esta promoción", {"forwarded": "often"}),
    Said("text", "¿Y esta?", {"referred_product": {"catalog_id": "77", "product_id": "panela"}}),
    Said("text", "Somos varios aquí", {"group_id": "g-1", "forwarded": "once"}),
    Said("system", details={"event": "user_changed_number", "wa_id": "573009998877"}),
    Said("call", details={"event": "terminate", "direction": "user_initiated", "seconds": 0}),
    Said("request_welcome", role="system"),
    Said(
        "unsupported",
        details={
            "type": "poll",
            "errors": [{"code": "131051", "title": "Message type unknown", "details": ""}],
        },
    ),
    Said("text", "Este es el texto al que respondo", reply_to="wamid.first"),
]


class EveryKind:
    """Writes a thread for one customer."""

    def __init__(self, stack: Stack, customer: str) -> None:
        self.stack, self.customer = stack, customer
        stack.write(customer, "Hola", name="Ana María Ríos")
        stack.wait_until_handled(customer)
        self.session_id = stack.session_of(customer)
        (row,) = stack.sql(
            "SELECT conversation_id FROM sessions WHERE session_id = CAST(:id AS uuid)",
            id=self.session_id,
        )
        self._conversation = str(row["conversation_id"])
        self._seal = seal_of(stack)

    def say(self, said: Said) -> str:
        """Put one message at the end of the thread; returns its id."""
        message_id = str(uuid.uuid4())
        status = "received" if said.role == "user" else "read"
        own = {"store": STORE, "id": message_id}
        self.stack.sql(
            _REMEMBER,
            **own,
            conversation=self._conversation,
            role=said.role,
            kind=said.kind,
            content=said.content,
            images="[]",
            wamid=said.wamid and f"{said.wamid}.{self.customer}",
            status=status,
        )
        self.change(message_id, said)
        if said.media:
            names = ("mime_type", "filename", "size", "state", "reason")
            self.stack.sql(
                _MEDIA, **own, kind=said.kind, **dict(zip(names, said.media, strict=True))
            )
        return message_id

    def change(self, message_id: str, said: Said) -> None:
        self.stack.sql(
            _COLUMNS,
            store=STORE,
            id=message_id,
            details=self._seal.seal_text(json.dumps(said.details)) if said.details else None,
            reply_to=said.reply_to and f"{said.reply_to}.{self.customer}",
            reactions=json.dumps(said.reactions),
            edited=said.edited,
            revoked=said.revoked,
        )

    def tell(self, message_id: str) -> None:
        """Record that a message shows something else now."""
        self.record("message_update", self.session_id, message_id=message_id)

    def record(self, event_type: str, session_id: str | None, **refs: str) -> None:
        record(self.stack, event_type, session_id, **refs)


def record(stack: Stack, event_type: str, session_id: str | None, **refs: str) -> None:
    """Record an event and give its hint, as the services do."""
    stack.sql(
        "SELECT record_event(:store, :type, CAST(:session AS uuid), CAST(:refs AS jsonb))",
        store=STORE,
        type=event_type,
        session=session_id,
        refs=json.dumps(refs),
    )
    with redis.Redis.from_url(stack.demo["redis_url"]) as client:
        client.publish(topic(STORE), json.dumps({"store_id": STORE}))


def seal_of(stack: Stack) -> StoreSeal:
    """Open the store's own key with the keys the stack made for itself."""
    secrets = json.loads((stack.folder / "data" / "secrets.json").read_text())
    (row,) = stack.sql("SELECT sealing_key_sealed FROM stores WHERE store_id = :id", id=STORE)
    keyring = Keyring((secrets["keys"]["SECRETS_KEYS"],))
    return StoreSeal(STORE, keyring.open(row["sealing_key_sealed"], f"{STORE}/sealing_key"))
