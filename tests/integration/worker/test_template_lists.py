"""The lists of templates alone, against the simulator; no worker runs beside them."""

import json
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
import requests
from flask import Flask, Response, request

from common import message_templates
from common.message_templates import Wanted
from common.store_registration import StoreChange
from simulator.app import create_app as create_simulator
from simulator.box import box_of
from worker.template_lists import TemplateLists
from worker.template_reading import TemplateReading, TemplatesUnreadError

from .system import Served

NUMBER = "100000000000001"
ACCOUNT = f"10{NUMBER}"
HOUR = "due_at > clock_timestamp() + interval '50 minutes'"


def template(name, status="APPROVED", words="Hola {{1}}"):
    body = {"type": "BODY", "text": words}
    return {"name": name, "language": "es", "status": status, "components": [body]}


@dataclass
class Lists:
    """The simulator's templates, and what a store has of them."""

    url: str
    lists: TemplateLists
    database: object

    def put(self, *templates, store="store-1"):
        url = f"{self.url}/sim/{store}/templates"
        requests.put(url, json=list(templates), timeout=5).raise_for_status()

    def fault(self, **fault):
        fault = {"kind": "templates"} | fault
        requests.post(f"{self.url}/sim/faults", json=fault, timeout=5).raise_for_status()

    def names(self, store="store-1", **wanted):
        with self.database.store(store) as connection:
            known = message_templates.listed(connection, store, Wanted(**wanted))
        return [each.name for each in known.templates]

    def state(self, store="store-1"):
        with self.database.store(store) as connection:
            known = message_templates.listed(connection, store, Wanted())
            is_due = connection.exec_driver_sql(
                f"SELECT due_at <= clock_timestamp(), {HOUR}, failures FROM template_lists"
            ).one()
        return known.problem, known.listed_at is not None, *is_due

    def ask(self):
        with self.database.store("store-1") as connection:
            return message_templates.ask_again(connection, "store-1")

    def minutes_pass(self, minutes=1):
        """Let it be so much later for what is due, and for what must not be asked before."""
        with self.database.store("store-1") as connection:
            connection.exec_driver_sql(
                "UPDATE template_lists SET due_at = due_at - minutes, not_before ="
                f" not_before - minutes FROM (SELECT interval '{minutes} minutes' AS minutes) AS x"
                " WHERE due_at < 'infinity'"
            )


@pytest.fixture
def lists(settings, two_stores, registration, database, stores):
    registration.change(
        "store-1", StoreChange(waba_id=ACCOUNT, secrets={"access_token": "a-token"})
    )
    stores.forget("store-1")
    with ExitStack() as running:
        app = create_simulator(settings)
        running.callback(box_of(app).close)
        served = Served(app)
        running.callback(served.stop)
        known = {"phone_number_id": NUMBER, "app_secret": "app-secret-of-store-1"}
        requests.put(f"{served.url}/sim/stores/store-1", json=known, timeout=5).raise_for_status()
        reading = TemplateReading(served.url, "v21.0")
        yield Lists(served.url, TemplateLists(database, stores, reading, ()), database)


def test_a_list_of_several_pages_is_read_at_once_and_then_every_hour(lists):
    lists.put(*(template(f"aviso_{n:03}", words=f"Hola {n}") for n in range(230)))

    assert lists.lists.tick() == 1
    assert lists.names() == [f"aviso_{n:03}" for n in range(230)]
    assert lists.names(words="hola 22") == [f"aviso_{n:03}" for n in (22, *range(220, 230))]
    assert lists.names(words="_22%") == []
    assert lists.state() == ("", True, False, True, 0)
    assert lists.lists.tick() == 0

    lists.put(template("aviso_000", "PAUSED", "Adiós"), template("otro"))
    assert lists.ask()
    assert lists.lists.tick() == 0, "three pages cost three minutes"
    lists.minutes_pass(3)
    assert lists.lists.tick() == 1
    assert lists.names() == ["aviso_000", "otro"]
    assert lists.names(status="paused") == lists.names(words="adiós") == ["aviso_000"]


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ({"outcome": "error", "code": 190}, "190"),
        ({"outcome": "error", "code": 80007}, "80007"),
        ({"outcome": "http", "http_status": 502, "body": "<html>"}, "502"),
        ({"outcome": "http", "http_status": 200, "body": '{"data": 7}'}, "malformed"),
    ],
)
def test_what_cannot_be_read_leaves_the_list_and_says_why(lists, fault, problem):
    lists.lists.tick()
    before = lists.names()
    lists.ask()
    lists.minutes_pass()

    lists.fault(**fault)
    assert lists.lists.tick() == 1

    pauses = problem == "190"
    assert lists.names() == before
    assert lists.state() == (problem, True, False, pauses, 1)
    lists.minutes_pass(70)
    lists.lists.tick()
    assert lists.state() == ("", True, False, True, 0)


def test_another_account_or_token_is_read_at_once_and_a_former_account_s_templates_go(
    lists, registration, stores
):
    lists.lists.tick()
    assert lists.names()

    registration.change("store-1", StoreChange(waba_id="77"))
    assert lists.names() == []
    assert lists.lists.tick() == 1
    assert lists.state() == ("100", False, False, False, 1)

    lists.minutes_pass(2)
    registration.change("store-1", StoreChange(waba_id=""))
    assert not lists.ask()
    registration.change("store-1", StoreChange(waba_id=ACCOUNT))
    lists.lists.tick()
    assert lists.names()

    registration.change("store-1", StoreChange(secrets={"access_token": "another"}))
    assert lists.lists.tick() == 0, "once a minute, whatever changed"
    lists.minutes_pass()
    assert lists.lists.tick() == 1


def test_only_the_last_claim_may_keep_what_it_read(lists, database):
    first = message_templates.claim(database, 60.0, None)
    assert message_templates.claim(database, 60.0, None) is None
    assert first.waba_id == ACCOUNT
    lists.ask()
    lists.minutes_pass()
    second = message_templates.claim(database, 60.0, ["store-1"])

    assert not message_templates.keep(database, first, [], "", 60.0, 3600.0)
    assert not message_templates.put_off(database, first, "502", 60.0, 60.0)
    lists.ask()
    assert message_templates.keep(database, second, [], "", 0.0, 3600.0)
    assert lists.state() == ("", True, True, False, 0), "asked for while it was read: due again"


def test_a_worker_of_other_stores_leaves_it_alone(lists, database):
    assert message_templates.claim(database, 60.0, ["store-2"]) is None


PAGES = {
    "": {"data": [template("a")], "paging": {"cursors": {"after": "x"}, "next": "http://evil/"}},
    "x": {"data": [template("b"), 7, {"name": "c"}, template("d", words="\x00\ud800")]},
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["a", "b", "d"]),
        ({"x": {"data": [], "paging": {"next": "y"}}}, "malformed"),
        ({"x": PAGES[""]}, "malformed"),
        ({"": {"error": {"code": 4}}}, "4"),
        ({"": []}, "malformed"),
    ],
)
def test_pages_are_followed_by_their_cursor_and_a_doubtful_end_is_no_end(changes, expected):
    app, pages = Flask("graph"), PAGES | changes

    @app.get("/v21.0/<path:account>/message_templates")
    def show(account):
        assert account == "a/b"
        return Response(json.dumps(pages[request.args.get("after", "")]))

    served = Served(app)
    try:
        reading = TemplateReading(served.url, "v21.0")
        if isinstance(expected, str):
            with pytest.raises(TemplatesUnreadError) as unread:
                reading.read("token", "a/b", lambda: False)
            assert unread.value.code == expected
        else:
            found = reading.read("token", "a/b", lambda: False)
            assert [each.name for each in found.templates] == expected
            assert "\\u0000" not in json.dumps([vars(each) for each in found.templates])
    finally:
        served.stop()
