"""Every code of the error table, as an HTTP answer and as a failed status: what the table says.

Generated from the table: whoever adds a row is tested. Nothing is waited for: due times are read
and then moved to now.
"""

from dataclasses import dataclass, field

import pytest
from prometheus_client import REGISTRY

from common import store_pausing
from common.inbound import StatusUpdate
from common.send_errors import Action, numbers_of, rules
from tests.integration.common.desk import Desk
from worker.actors import StatusDesk
from worker.refusals import Refusals

from .scripted import RecordingGate, ScriptedCatalog, ScriptedChannel, refusal, runner_of

# Codes that nobody knows, for the rows that have none.
UNKNOWN = {"server_fault": (777_777, 500), "not_in_the_table": (777_777, 400)}
PATIENCE = 5  # refusals of what is tried as long as the window is open


def codes_of(rule):
    """Name a rule's codes with an HTTP status; of a range its ends."""
    if rule.name in UNKNOWN:
        return [UNKNOWN[rule.name]]
    status = rule.http[0] if rule.http else 0
    numbers = sorted(numbers_of(rule))
    ends = {*(code for code in rule.codes if isinstance(code, int)), *numbers[:1], *numbers[-1:]}
    return [(code, status) for code in sorted(ends)] or [(rule.codes[0], status)]


BY_ANSWER = [(rule, *each) for rule in rules() for each in codes_of(rule)]
# A status has a code of WhatsApp's, and no HTTP status to go by.
BY_STATUS = [
    (rule, code)
    for rule, code, _ in BY_ANSWER
    if isinstance(code, int) and rule.name != "server_fault"
]


@dataclass
class Course:
    """What became of a send that was refused as often as it was tried."""

    sends: int = 0
    state: str = ""
    status: str = ""
    code: str = ""
    held: list = field(default_factory=list)
    waits: list = field(default_factory=list)
    paused: list = field(default_factory=list)
    marked: str = ""
    problems: list = field(default_factory=list)
    alerts: int = 0


def course_of(rule, code):
    """What the table says of it."""
    goes_on = rule.action is Action.PAUSE or rule.attempts == 0
    refused = {Action.PAUSE: 1, Action.GIVE_UP: 1}.get(rule.action, rule.attempts or PATIENCE)
    waits = [rule.wait_after(number) for number in range(1, refused + 1)]
    is_pair = "marks_contact" in rule.effects
    return Course(
        sends=refused + goes_on,
        state="accepted" if goes_on else "failed",
        status="sent" if goes_on else "failed",
        code="" if goes_on else str(code),
        held=[(rule.scope.value, wait) for wait in waits],
        waits=waits[: refused if goes_on else refused - 1],
        paused=[rule.reason] if rule.pauses else [],
        marked=str(code) if is_pair else "",
        problems=[("cactus", str(code), "https://cdn.example/cactus.jpg")]
        if "flags_product" in rule.effects
        else [],
        alerts=refused if "alert" in rule.effects else 0,
    )


class Worker:
    """One store's worker, driven a turn at a time."""

    def __init__(self, database, stores, store):
        self.stores, self.gate = stores, RecordingGate()
        self.catalog, self.channel = ScriptedCatalog(), ScriptedChannel()
        self.desk = Desk(database, "store-1", stores.seal_of(store))
        self.refusals = Refusals(database, stores, self.gate, self.catalog)
        self.runner = runner_of(database, stores, self.channel, self.refusals)
        self.statuses = StatusDesk(database, stores, self, self.refusals)

    def ring(self, _store_id, _conversation_ids):
        """Be the doorbells: the test rings."""

    def course(self, rule, number, hears):
        """Let a customer be answered with what is refused, until nothing more is to be done."""
        self.channel.kind = "image" if "drops_part" in rule.effects else "text"
        first, before = len(self.channel.sends), alerts_of(rule)
        self.gate.held.clear()
        self.catalog.problems.clear()
        conversation_id = self.desk.write(f"asked.{number}", phone=f"57300{number:07}")
        course = Course()
        while True:
            self.runner.answer("store-1", conversation_id)
            hears(self.channel.sends)
            self._resume(course)
            wait = self._next_due(conversation_id)
            if wait is None:
                break
            course.waits.append(wait)
        (part,) = self.desk.rows(
            "SELECT state, status, error_code FROM outbox JOIN messages ON message_id = outbox_id"
            " WHERE outbox.conversation_id = :id AND outbox.kind = :kind",
            id=conversation_id,
            kind=self.channel.kind,
        )
        course.state, course.status, course.code = part
        course.sends = len(self.channel.sends) - first
        course.held = [(scope, wait) for _, scope, wait in self.gate.held]
        course.problems = list(self.catalog.problems)
        course.marked = self.desk.value(
            "SELECT unreachable_code FROM contacts WHERE contact_id = :id", id=conversation_id
        )
        course.alerts = alerts_of(rule) - before
        return course

    def _resume(self, course):
        """Put right what a store was paused for."""
        self.stores.forget("store-1")
        store = self.stores.get("store-1")
        if not store.is_active:
            course.paused.append(store.paused_reason)
            with self.desk.database.store("store-1") as connection:
                store_pausing.resume_in(connection, "store-1")
            self.stores.forget("store-1")

    def _next_due(self, conversation_id):
        """Say how long the next send waits, and wait no longer; None when there is none."""
        due = self.desk.rows(
            "SELECT extract(epoch FROM due_at - clock_timestamp()) AS wait FROM inbox"
            " WHERE conversation_id = :id AND state = 'pending'",
            id=conversation_id,
        )
        if not due:
            return None
        self.desk.change(
            "UPDATE inbox SET due_at = clock_timestamp()"
            " WHERE conversation_id = :id AND state = 'pending'",
            id=conversation_id,
        )
        self.desk.change("UPDATE outbox SET not_before = clock_timestamp()")
        return 0.0 if due[0].wait == float("inf") else float(due[0].wait)


def alerts_of(rule):
    labels = {"store": "store-1", "rule": rule.name}
    return REGISTRY.get_sample_value("mostrador_send_alerts_total", labels) or 0


def compared(found, asked):
    """Say what differs: a wait may be a twentieth longer, and this test's time shorter."""
    named = {name for name in vars(asked) if name not in ("waits", "held")}
    different = {
        name: (getattr(found, name), getattr(asked, name))
        for name in named
        if getattr(found, name) != getattr(asked, name)
    }
    if not alike(found.waits, asked.waits):
        different["waits"] = (found.waits, asked.waits)
    (scopes, held), (asked_scopes, asked_held) = (apart(each.held) for each in (found, asked))
    if scopes != asked_scopes or not alike(held, asked_held):
        different["held"] = (found.held, asked.held)
    return different


def apart(held):
    return [scope for scope, _ in held], [wait for _, wait in held]


def alike(found, asked):
    pairs = zip(found, asked, strict=False)
    near = all(wait - 1.5 <= given <= wait * 1.05 + 1.0 for given, wait in pairs)
    return len(found) == len(asked) and near


@pytest.fixture
def worker(database, stores, two_stores):
    return Worker(database, stores, two_stores[0])


def refusals_of(rule):
    if rule.action is Action.AGAIN:
        return rule.attempts or PATIENCE
    return 1


def test_every_code_as_an_answer_does_what_the_table_says(worker):
    different = {}
    for number, (rule, code, status) in enumerate(BY_ANSWER):
        worker.channel.refusals = [refusal(code, status) for _ in range(refusals_of(rule))]
        found = worker.course(rule, number, hears=lambda _: None)
        if wrong := compared(found, course_of(rule, code)):
            different[rule.name, code] = wrong

    assert different == {}


def test_every_code_as_a_failed_status_does_what_the_table_says(worker):
    different, told = {}, set()
    for number, (rule, code) in enumerate(BY_STATUS):
        left = [refusals_of(rule)]

        def fail(sends, code=code, left=left):
            """Let WhatsApp fail what it has just taken, as often as it takes."""
            if not left[0] or sends[-1] in told:
                return
            told.add(sends[-1])
            left[0] -= 1
            wamid = worker.desk.value(
                "SELECT wamid FROM outbox WHERE outbox_id = CAST(:id AS uuid)",
                id=sends[-1].split(":")[1],
            )
            worker.desk.tell(
                StatusUpdate(wamid, "failed", error_code=str(code), callback_data=sends[-1])
            )
            worker.statuses.apply("store-1")

        found = worker.course(rule, number, hears=fail)
        if wrong := compared(found, course_of(rule, code)):
            different[rule.name, code] = wrong

    assert different == {}
