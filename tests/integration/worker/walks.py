"""A random walk over everything that changes what an agent sees, by the real routes."""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from common import events, inbox
from common.inbox import NewItem
from common.queues import Doorbells, redis_client
from tests.integration.notifier.stand import Browser
from tests.waiting import eventually

from .system import System

PHONES = ("573001234501", "573001234502", "573001234503")
STORE = "store-1"
_FACES = ("👍", "❤️", "")
_FILES = (("image", "sample-image"), ("audio", "sample-audio"), ("document", "sample-document"))
_REFUSED_CODES = (131026, 131047, 130429, 131000, 131051)
_FAILED_CODES = (131049, 131026, 131053)
_PENDING = "SELECT count(*) FROM inbox WHERE state = 'pending'"
_UNDER_WAY = "SELECT count(*) FROM messages WHERE status IN ('sending', 'retrying', 'queued')"
_LOADING = "SELECT count(*) FROM media WHERE state = 'loading'"


@dataclass
class Walk:
    """Customers, two agents and a world with faults; `took` counts what was done."""

    system: System
    agents: list[Browser]  # the last one is an owner
    dice: random.Random
    took: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._doorbells = Doorbells(redis_client(self.system.settings.redis_url))

    def begin(self) -> None:
        """Let every customer have a conversation."""
        for phone in PHONES:
            self.system.write(phone, "hola")
        eventually(lambda: len(self.sessions()) == len(PHONES), what="the conversations")

    def step(self) -> None:
        act = self.dice.choice(self._acts())
        name = act.__name__.removeprefix("_")
        self.took[name] = self.took.get(name, 0) + 1
        act()

    def sessions(self) -> list[str]:
        rows = self.system.rows(
            "SELECT session_id FROM conversations WHERE session_id IS NOT NULL ORDER BY 1"
        )
        return [str(row["session_id"]) for row in rows]

    def comes_to_rest(self) -> int:
        """Lift the faults, and wait until nothing moves any more; returns the head."""
        self.system.clear_faults()
        self._set_store("active")

        try:
            eventually(self._is_still, 40, "everything being at rest")
        except AssertionError as error:
            raise AssertionError(self._what_moves()) from error
        before = -1
        while before != (now := self.head()):
            before = now
            eventually(self._quiet_for(0.6), 10, "a quiet moment")
        return now

    def head(self) -> int:
        return events.sequence(self.system.database, STORE)

    def _acts(self) -> list[Callable[[], None]]:
        often = [self._customer_writes, self._takes_over, self._agent_writes, self._sees]
        return [
            *(often * 2),
            *(self._customer_reacts, self._customer_edits, self._customer_deletes),
            *(self._customer_quotes, self._customer_sends_a_file, self._asks_for_a_person),
            *(self._phone_app_writes, self._phone_app_deletes, self._releases, self._resolves),
            *(self._agent_quotes, self._agent_sends_a_file, self._is_refused, self._fails_later),
            *(self._goes_again, self._store_is_paused, self._store_goes_on, self._a_day_passes),
            *(self._is_unreadable, self._letter_goes_again, self._letter_is_discarded),
            *(self._snoozes, self._wakes, self._blocks, self._unblocks, self._notes, self._assigns),
        ]

    # --- customers

    def _phone(self) -> str:
        return self.dice.choice(PHONES)

    def _payload(self, phone: str, kind: str, content: Any, **more: Any) -> None:
        payload = {"type": kind, kind: content, **more}
        self.system.deliver(STORE, {"from": phone, "payload": payload})

    def _customer_writes(self) -> None:
        self.system.write(self._phone(), f"palabras {self.dice.randrange(1000)}")

    def _asks_for_a_person(self) -> None:
        self.system.write(self._phone(), "necesito un asesor")

    def _customer_sends_a_file(self) -> None:
        kind, name = self.dice.choice(_FILES)
        self._payload(self._phone(), kind, {"id": name})

    def _customer_quotes(self) -> None:
        phone = self._phone()
        if wamid := self._wamid(phone):
            context = {"context": {"id": wamid}}
            self._payload(phone, "text", {"body": "sobre esto"}, **context)

    def _customer_reacts(self) -> None:
        phone = self._phone()
        if wamid := self._wamid(phone):
            content = {"message_id": wamid, "emoji": self.dice.choice(_FACES)}
            self._payload(phone, "reaction", content)

    def _customer_edits(self) -> None:
        phone = self._phone()
        if wamid := self._wamid(phone, "user"):
            new = {"type": "text", "text": {"body": f"mejor {self.dice.randrange(1000)}"}}
            content = {"original_message_id": wamid, "message": new}
            self._payload(phone, "edit", content)

    def _customer_deletes(self) -> None:
        phone = self._phone()
        if wamid := self._wamid(phone, "user"):
            self._payload(phone, "revoke", {"original_message_id": wamid})

    # --- the phone app

    def _echo(self, kind: str, content: Any) -> None:
        echo = {
            "from": "576015550001",
            "to": self._phone(),
            "id": f"wamid.echo-{uuid.uuid4()}",
            "timestamp": str(self._now()),
            "type": kind,
            kind: content,
        }
        value = {"messaging_product": "whatsapp", "message_echoes": [echo]}
        value["metadata"] = {
            "display_phone_number": "576015550001",
            "phone_number_id": "100000000000001",
        }
        delivery = {"field": "smb_message_echoes", "payload": value, "from": echo["to"]}
        self.system.deliver(STORE, delivery)

    def _phone_app_writes(self) -> None:
        self._echo("text", {"body": "le atiendo por aquí"})

    def _phone_app_deletes(self) -> None:
        rows = self.system.rows("SELECT wamid FROM messages WHERE wamid LIKE 'wamid.echo-%'")
        if rows:
            self._echo("revoke", {"original_message_id": self.dice.choice(rows)["wamid"]})

    # --- agents

    def _post(self, path: str, content: Any = None, agent: Browser | None = None) -> None:
        browser = agent or self.dice.choice(self.agents)
        answer = browser.post(f"/api/stores/{STORE}/{path}", content)
        assert answer.status_code < 500, (path, answer.text)

    def _on_a_session(self, verb: str, content: Any = None) -> None:
        self._post(f"sessions/{self.dice.choice(self.sessions())}/{verb}", content)

    def _takes_over(self) -> None:
        self._on_a_session("takeover")

    def _releases(self) -> None:
        self._on_a_session("release")

    def _resolves(self) -> None:
        self._on_a_session("resolve")

    def _sees(self) -> None:
        self._on_a_session("read")

    def _snoozes(self) -> None:
        self._on_a_session("snooze", {"until": "reply"})

    def _wakes(self) -> None:
        self._on_a_session("unsnooze")

    def _blocks(self) -> None:
        self._on_a_session("block", {"blocked": True})

    def _unblocks(self) -> None:
        self._on_a_session("block", {"blocked": False})

    def _notes(self) -> None:
        self._on_a_session("notes", {"message_id": str(uuid.uuid4()), "text": "ojo con este"})

    def _assigns(self) -> None:
        self._on_a_session("assign", {"agent_id": "queue"})

    def _agent_writes(self) -> None:
        self._on_a_session("messages", {"text": "con gusto", "client_id": str(uuid.uuid4())})

    def _agent_quotes(self) -> None:
        row = self._message("wamid IS NOT NULL AND revoked_at IS NULL")
        if row is not None:
            form = {"text": "sobre eso", "client_id": str(uuid.uuid4())}
            form["reply_to"] = str(row["message_id"])
            self._post(f"sessions/{row['session_id']}/messages", form)

    def _agent_sends_a_file(self) -> None:
        browser, session = self.dice.choice(self.agents), self.dice.choice(self.sessions())
        path = f"/api/stores/{STORE}/sessions/{session}/attachments"
        answer = browser.http.post(
            browser.url + path,
            params={"filename": "lista.txt"},
            data=b"una lista",
            headers={"X-CSRF-Token": browser.csrf_token},
            timeout=20,
        )
        if answer.status_code == 201:
            form = {"attachment": answer.json()["id"], "client_id": str(uuid.uuid4())}
            self._post(f"sessions/{session}/messages", form, browser)

    def _goes_again(self) -> None:
        row = self._message("status IN ('failed', 'unknown') AND role <> 'user'")
        if row is not None:
            self._post(f"sessions/{row['session_id']}/messages/{row['message_id']}/retry")

    # --- the world

    def _is_refused(self) -> None:
        code = self.dice.choice(_REFUSED_CODES)
        self.system.fault(to=f"+{self._phone()}", outcome="error", code=code)

    def _fails_later(self) -> None:
        failed = {"code": self.dice.choice(_FAILED_CODES)}
        statuses = {"order": ["sent", "failed"], "failed": failed}
        self.system.fault(to=f"+{self._phone()}", outcome="statuses", statuses=statuses)

    def _set_store(self, status: str) -> None:
        owner = self.agents[-1]
        answer = owner.ask("PATCH", f"/api/stores/{STORE}", {"status": status})
        assert answer.status_code == 200, answer.text

    def _store_is_paused(self) -> None:
        self._set_store("paused")

    def _store_goes_on(self) -> None:
        self._set_store("active")

    def _a_day_passes(self) -> None:
        """Let a customer's window be over, and them write again: a new session."""
        phone = self._phone()
        with self.system.database.store(STORE) as connection:
            connection.exec_driver_sql(
                "UPDATE conversations SET window_expires_at = now() - interval '1 minute'"
                " WHERE conversation_id = (SELECT contact_id FROM contacts WHERE phone = %s)",
                (phone,),
            )
        self.system.write(phone, "buenos días")

    def _is_unreadable(self) -> None:
        """Let something come that no turn can read: it becomes a dead letter."""
        item = NewItem(STORE, "message", f"wamid.{uuid.uuid4()}", b"rubbish", phone=self._phone())
        accepted = inbox.accept(self.system.database, [item])
        self._doorbells.ring(STORE, [accepted[0].conversation_id])

    def _letter(self, verb: str) -> None:
        answer = self.agents[-1].get(f"/api/stores/{STORE}/dead-letters").json()
        if answer["dead_letters"]:
            letter = self.dice.choice(answer["dead_letters"])["id"]
            self._post(f"dead-letters/{letter}/{verb}", agent=self.agents[-1])

    def _letter_goes_again(self) -> None:
        self._letter("retry")

    def _letter_is_discarded(self) -> None:
        self._letter("discard")

    # --- looking

    def _now(self) -> int:
        return int(self.system.rows("SELECT extract(epoch FROM now())::bigint AS at")[0]["at"])

    def _wamid(self, phone: str, role: str = "") -> str | None:
        which = f"AND role = '{role}'" if role else ""
        rows = self.system.rows(
            "SELECT wamid FROM messages JOIN contacts ON contact_id = conversation_id"
            f" WHERE contacts.phone = '{phone}' AND wamid IS NOT NULL {which}"
        )
        return str(self.dice.choice(rows)["wamid"]) if rows else None

    def _message(self, which: str) -> dict[str, Any] | None:
        rows = self.system.rows(f"SELECT session_id, message_id FROM messages WHERE {which}")
        return self.dice.choice(rows) if rows else None

    def _count(self, query: str) -> int:
        return int(self.system.rows(query)[0]["count"])

    def _is_still(self) -> bool:
        return not any(self._count(each) for each in (_PENDING, _UNDER_WAY, _LOADING))

    def _what_moves(self) -> list[dict[str, Any]]:
        return [
            *self.system.rows("SELECT * FROM inbox WHERE state = 'pending'"),
            *self.system.rows(
                "SELECT outbox.* FROM outbox JOIN messages ON message_id = outbox_id"
                " WHERE messages.status IN ('sending', 'retrying', 'queued')"
            ),
            *self.system.rows("SELECT * FROM media WHERE state = 'loading'"),
        ]

    def _quiet_for(self, seconds: float) -> Callable[[], bool]:
        query = (
            "SELECT coalesce(extract(epoch FROM clock_timestamp() - max(created_at)), 99) > "
            f"{seconds} AS quiet FROM events"
        )
        return lambda: self._is_still() and bool(self.system.rows(query)[0]["quiet"])


def log_in(url: str, email: str, password: str) -> Browser:
    browser = Browser(url)
    assert browser.log_in(email, password).status_code == 200
    return browser


def hire(settings: Any, token: str, name: str, role: str, password: str) -> str:
    """Give somebody an account; returns the e-mail."""
    email = f"{name}@example.test"
    requests.post(
        f"{settings.catalog_url}/stores/{STORE}/agents",
        json={"email": email, "name": name.title(), "password": password, "role": role},
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    ).raise_for_status()
    return email
