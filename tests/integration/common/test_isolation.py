"""What the service role may see and do, table by table."""

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import ProgrammingError

from .loaded import load

LOADED = {
    *("stores", "contacts", "contact_aliases", "conversation_heads", "leases", "conversations"),
    *("sessions", "messages", "inbox", "turns", "outbox", "quarantine", "events", "event_heads"),
    *("products", "product_images", "knowledge", "audit_log", "canned_replies"),
}


@pytest.fixture
def of_stores(owner):
    """The tables that have a store, whoever added them."""
    found = inspect(owner)
    return sorted(
        name
        for name in found.get_table_names()
        if any(column["name"] == "store_id" for column in found.get_columns(name))
    )


# What a store has from the moment it is registered.
OF_A_NEW_STORE = {"stores", "template_lists"}


def count(connection, table):
    return connection.scalar(text(f"SELECT count(*) FROM {table}"))


def test_a_store_sees_its_own_rows_and_no_others(database, desk, two_stores, of_stores):
    load(desk)

    with database.store("store-1") as connection:
        assert {name for name in of_stores if count(connection, name)} >= LOADED
    with database.store("store-2") as connection:
        assert {name for name in of_stores if count(connection, name)} == OF_A_NEW_STORE
        assert connection.scalar(text("SELECT store_id FROM stores")) == "store-2"


@pytest.mark.parametrize("store_id", ["", "*", "store-9", "store-1' OR 'a' = 'a"])
def test_without_a_store_there_is_nothing_to_see(database, desk, of_stores, store_id):
    load(desk)

    with database.everywhere() as connection:
        assert [name for name in of_stores if count(connection, name)] == []
    with database.store(store_id) as connection:
        assert [name for name in of_stores if count(connection, name)] == []


def test_a_binding_ends_with_its_transaction(database, desk):
    for _ in range(3):  # the same connection again
        desk.rows("SELECT 1")
        with database.everywhere() as connection:
            assert count(connection, "stores") == 0


def test_a_store_changes_and_deletes_no_others_rows(database, desk, two_stores, of_stores):
    load(desk)

    with database.store("store-2") as connection:
        for name in of_stores:
            for change in (
                f"UPDATE {name} SET store_id = store_id WHERE store_id = 'store-1'",
                f"DELETE FROM {name} WHERE store_id = 'store-1'",
            ):
                assert connection.execute(text(change)).rowcount == 0, change


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO event_heads (store_id) VALUES ('store-1')",
        "INSERT INTO contacts (store_id, contact_id) VALUES ('store-1', uuidv7())",
        "INSERT INTO events (store_id, type) VALUES ('store-1', 'new_message')",
        "UPDATE events SET store_id = 'store-1'",
    ],
)
def test_a_store_puts_no_row_into_another(database, two_stores, statement):
    with database.store("store-2") as connection:
        connection.execute(text("INSERT INTO events (store_id, type) VALUES ('store-2', 'x')"))

    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        database.store("store-2") as connection,
    ):
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM alembic_version",
        "DELETE FROM alembic_version",
        "ALTER TABLE events DISABLE ROW LEVEL SECURITY",
        "DROP TABLE events",
        "TRUNCATE events",
        "CREATE TABLE own (a integer)",
    ],
)
def test_the_schema_is_not_the_service_roles_to_touch(database, two_stores, statement):
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        database.store("store-1") as connection,
    ):
        connection.execute(text(statement))


def test_the_service_role_passes_no_guard(database):
    with database.everywhere() as connection:
        rights = connection.execute(
            text("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        ).one()

    assert tuple(rights) == (False, False)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_log SET action = 'x'", "DELETE FROM audit_log"]
)
def test_what_was_done_stays_written_down(desk, statement):
    load(desk)

    desk.change(statement)

    assert desk.value("SELECT action FROM audit_log") == "test"
