"""Agents: accounts that may serve several stores, and the check of a log-in."""

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from catalog import accounts

PASSWORD = "una contraseña larga"


@pytest.fixture
def hire(ask, new_email):
    """Add an agent; a fresh e-mail and a password unless told otherwise."""

    def hiring(store, *, scope="*", status=201, **values):
        form = {"email": new_email(), "name": "Ana", "role": "agent", **values}
        if "email" not in values:
            form.setdefault("password", PASSWORD)
        answer = ask("POST", f"/stores/{store}/agents", form, scope=scope)
        assert answer.status_code == status, answer.json
        return answer.json

    return hiring


def log_in(ask, email, password=PASSWORD):
    return ask("POST", "/agents/verify", {"email": email, "password": password})


def test_an_agent_logs_in_and_is_told_every_store_served(ask, hire, store, other_store):
    ana = hire(store, role="owner", scope=store)
    hire(other_store, email=ana["email"])
    answer = log_in(ask, ana["email"].upper())
    assert answer.status_code == 200
    agent = answer.json["agent"]
    assert {each["id"]: each["role"] for each in agent["stores"]} == {
        store: "owner",
        other_store: "agent",
    }
    assert agent == {**agent, "id": ana["id"], "name": "Ana", "administrator": False}
    assert ask("GET", f"/agents/{ana['id']}").json == agent


def test_nothing_tells_whether_an_email_has_an_account(ask, hire, store, new_email):
    ana = hire(store)
    wrong = log_in(ask, ana["email"], "otra contraseña")
    nobody = log_in(ask, new_email())
    odd = log_in(ask, "not an address", "")
    assert wrong.status_code == nobody.status_code == odd.status_code == 401
    assert wrong.json == nobody.json == odd.json
    assert wrong.json["error"]["code"] == "invalid_credentials"


def test_no_answer_holds_a_password_or_its_hash(ask, hire, store):
    ana = hire(store)
    for answer in (
        ask("GET", f"/stores/{store}/agents"),
        ask("GET", f"/agents/{ana['id']}"),
        log_in(ask, ana["email"]),
    ):
        assert answer.status_code == 200
        assert "password" not in answer.get_data(as_text=True)
        assert "argon2" not in answer.get_data(as_text=True)


def test_an_agent_is_changed_by_the_one_store_it_serves(ask, hire, store):
    ana = hire(store)
    form = {"name": "Ana María", "role": "supervisor", "password": "otra contraseña"}
    changed = ask("PUT", f"/stores/{store}/agents/{ana['id']}", form, scope=store)
    assert changed.json == {**ana, "name": "Ana María", "role": "supervisor"}
    assert log_in(ask, ana["email"]).status_code == 401
    assert log_in(ask, ana["email"], "otra contraseña").status_code == 200


def test_a_store_cannot_take_over_an_agent_it_shares(ask, hire, store, other_store):
    ana = hire(store, role="owner")
    # A store adds no account that exists, with a password or without: the installation does.
    hire(other_store, email=ana["email"], password="la del atacante", scope=other_store, status=409)
    hire(other_store, email=ana["email"], scope=other_store, status=409)
    hire(other_store, email=ana["email"])
    path = f"/stores/{other_store}/agents/{ana['id']}"
    for change in ({"name": "Ana", "password": "la del atacante"}, {"name": "Eva"}):
        answer = ask("PUT", path, {"role": "agent", **change}, scope=other_store)
        assert (answer.status_code, answer.json["error"]["code"]) == (409, "shared_account")
    assert ask("PUT", path, {"name": "Ana", "role": "owner"}, scope=other_store).status_code == 200
    assert log_in(ask, ana["email"], "la del atacante").status_code == 401
    assert log_in(ask, ana["email"]).status_code == 200
    # The installation may.
    reset = {"name": "Ana", "role": "agent", "password": "de la instalación"}
    assert ask("PUT", path, reset).status_code == 200
    assert log_in(ask, ana["email"], "de la instalación").status_code == 200


def test_who_is_added_to_a_second_store_keeps_name_and_password(ask, hire, store, other_store):
    ana = hire(store)

    added = hire(other_store, email=ana["email"], name="Eva", password="otra contraseña")

    assert added == ana
    assert log_in(ask, ana["email"], "otra contraseña").status_code == 401
    assert log_in(ask, ana["email"]).status_code == 200


def test_an_account_made_beforehand_opens_no_other_store(ask, hire, store, other_store, new_email):
    """Whoever made an account knows its first password."""
    email = new_email()
    hire(store, email=email, password="la sé yo", scope=store)
    hire(other_store, email=email, password="la de ella", scope=other_store, status=409)

    answer = log_in(ask, email, "la sé yo").json["agent"]
    assert [each["id"] for each in answer["stores"]] == [store]


def test_an_account_without_any_store_is_forgotten(ask, hire, store, other_store):
    ana = hire(store)
    hire(other_store, email=ana["email"])
    for mine, then in ((store, 200), (other_store, 404)):
        path = f"/stores/{mine}/agents/{ana['id']}"
        assert ask("DELETE", path, scope=mine).status_code == 204
        assert ask("DELETE", path, scope=mine).status_code == 404
        assert ask("GET", f"/agents/{ana['id']}").status_code == then
    assert log_in(ask, ana["email"]).status_code == 401


def test_an_agent_of_another_store_is_not_found(ask, hire, store, other_store):
    ana = hire(store)
    path = f"/stores/{other_store}/agents"
    assert ask("GET", path).json == {"agents": []}
    form = {"name": "Eva", "role": "owner"}
    for agent_id in (ana["id"], "0" * 32, "x", "%00"):
        assert ask("PUT", f"{path}/{agent_id}", form).status_code == 404
        assert ask("DELETE", f"{path}/{agent_id}").status_code == 404
    assert ask("GET", f"/stores/{store}/agents").json == {"agents": [ana]}


def test_an_agent_serves_a_store_once(hire, store, new_email):
    ana = hire(store)
    hire(store, email=ana["email"], status=409)
    hire(store, email=new_email(), status=400)  # nobody, and no password to make one


def test_an_agent_keeps_the_email(ask, hire, store, new_email):
    ana = hire(store)
    form = {"name": "Ana", "role": "agent", "email": new_email()}
    assert ask("PUT", f"/stores/{store}/agents/{ana['id']}", form).status_code == 400
    form["email"] = ana["email"]
    assert ask("PUT", f"/stores/{store}/agents/{ana['id']}", form).status_code == 200


def test_an_administrator_belongs_to_the_installation(ask, hire, store, new_email):
    form = {"email": new_email(), "name": "Root", "password": PASSWORD, "administrator": True}
    made = ask("POST", "/agents", form)
    assert made.status_code == 201
    assert (made.json["administrator"], made.json["stores"]) == (True, [])
    assert log_in(ask, form["email"]).json["agent"] == made.json
    assert ask("POST", "/agents", form).status_code == 409
    # Serving a store gives that store no power over the account.
    hire(store, email=form["email"])
    path = f"/stores/{store}/agents/{made.json['id']}"
    change = {"name": "Root", "role": "agent", "password": "la del atacante"}
    assert ask("PUT", path, change, scope=store).status_code == 409
    assert ask("DELETE", path, scope=store).status_code == 204
    assert ask("GET", f"/agents/{made.json['id']}").status_code == 200


def test_one_email_added_twice_at_once_is_one_account(catalog_app, ask, store, tokens, new_email):
    form = {"email": new_email(), "name": "Ana", "role": "agent", "password": PASSWORD}
    together = threading.Barrier(2)
    statuses = []

    def add():
        headers = {"Authorization": f"Bearer {tokens.issue('catalog', store)}"}
        together.wait(10)
        answer = catalog_app.test_client().post(
            f"/stores/{store}/agents", json=form, headers=headers
        )
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(statuses) == [201, 409]
    assert len(ask("GET", f"/stores/{store}/agents").json["agents"]) == 1


def test_the_service_role_writes_no_account_and_reads_only_its_store_s(
    database, hire, store, other_store
):
    ana = hire(store)
    mine = text("SELECT count(*) FROM agents WHERE agent_id = CAST(:id AS uuid)")
    for bound, count in ((store, 1), (other_store, 0)):
        with database.store(bound) as connection:
            assert connection.scalar(mine, {"id": ana["id"]}) == count
            changed = connection.execute(text("UPDATE agents SET password_hash = 'x'"))
            assert changed.rowcount == 0
    with pytest.raises(ProgrammingError), database.store(store) as connection:
        connection.execute(
            text("INSERT INTO agents (email, name, password_hash) VALUES ('a', 'b', 'c')")
        )


def test_ones_own_password_is_changed_by_the_old_one_and_raises_the_version(ask, hire, store):
    ana = hire(store)
    path, before = f"/agents/{ana['id']}/password", log_in(ask, ana["email"]).json["agent"]

    wrong = ask("POST", path, {"old": "otra contraseña", "new": "una clave nueva"})
    short = ask("POST", path, {"old": PASSWORD, "new": "corta"})
    changed = ask("POST", path, {"old": PASSWORD, "new": "una clave nueva"})

    assert (wrong.status_code, wrong.json["error"]["code"]) == (401, "invalid_credentials")
    assert short.status_code == 400
    version = before["credentials_version"] + 1
    assert changed.json == {**before, "credentials_version": version}
    assert log_in(ask, ana["email"]).status_code == 401
    assert log_in(ask, ana["email"], "una clave nueva").json["agent"] == changed.json
    form = {"name": "Ana", "role": "agent", "password": PASSWORD}
    ask("PUT", f"/stores/{store}/agents/{ana['id']}", form)
    assert ask("GET", f"/agents/{ana['id']}").json["credentials_version"] == version + 1


def test_of_two_changes_of_a_password_at_once_one_counts(ask, catalog_app, hire, store):
    ana, agents = hire(store), catalog_app.extensions["catalog"].agents
    known = agents._right_credentials(ana["email"], PASSWORD)
    ask("POST", f"/agents/{ana['id']}/password", {"old": PASSWORD, "new": "una clave nueva"})

    with agents._database.everywhere() as connection:
        assert not accounts.change_own_password(connection, known, "late")
