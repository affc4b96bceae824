"""Replies that a store keeps ready: who reads them, who changes them, and what they may be."""

import pytest

CANNED = "/api/stores/store-1/canned"
HOURS = {"shortcut": "horario", "text": "Hola {{nombre}}, abrimos de 8 a 18."}


@pytest.fixture
def duena(logged_in):
    return logged_in("duena")


def test_who_runs_the_store_keeps_replies_and_who_answers_reads_them(duena, ana, carla):
    made = duena.post(CANNED, HOURS)
    assert made.status_code == 201
    reply = made.json()
    duena.post(CANNED, {"shortcut": "envio", "text": "Llega mañana."})

    assert [each["shortcut"] for each in ana.get(CANNED).json()["canned"]] == ["envio", "horario"]
    assert ana.get(CANNED).json()["canned"][1] == reply
    assert ana.post(CANNED, HOURS).json()["error"]["code"] == "not_permitted"
    assert carla.get(CANNED).status_code == 404
    assert carla.get("/api/stores/store-2/canned").json() == {"canned": []}

    one = f"{CANNED}/{reply['id']}"
    changed = duena.ask("PUT", one, {"shortcut": "horas", "text": "De 8 a 17."})
    assert (changed.json()["shortcut"], changed.json()["text"]) == ("horas", "De 8 a 17.")
    assert (
        duena.ask("PUT", one, HOURS | {"shortcut": "envio"}).json()["error"]["code"]
        == "shortcut_taken"
    )
    assert duena.ask("DELETE", one).status_code == 204
    assert duena.ask("DELETE", one).json()["error"]["code"] == "canned_not_found"
    assert duena.ask("PUT", f"{CANNED}/none", HOURS).status_code == 404
    assert [each["shortcut"] for each in ana.get(CANNED).json()["canned"]] == ["envio"]


@pytest.mark.parametrize(
    "change",
    [{"shortcut": "Con Espacio"}, {"shortcut": "a\n"}, {"text": " "}, {"text": "x" * 4097}],
)
def test_what_could_not_be_typed_or_sent_is_refused(duena, change):
    assert duena.post(CANNED, HOURS | change).status_code in (400, 422)
    assert duena.get(CANNED).json() == {"canned": []}


def test_a_shortcut_stands_for_one_reply(duena):
    assert duena.post(CANNED, HOURS).status_code == 201
    assert duena.post(CANNED, HOURS).json()["error"]["code"] == "shortcut_taken"
