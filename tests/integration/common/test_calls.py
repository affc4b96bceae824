"""A call of one SQL function borrows a connection of the pool and gives it back as it was."""

from contextlib import suppress

import psycopg
import pytest
from sqlalchemy import text

from common.database import Database
from common.errors import LeaseLostError
from common.turns import Taker, begin
from tests.waiting import eventually

NOBODY = "00000000-0000-0000-0000-000000000001"
_BACKEND = text("SELECT pg_backend_pid()")


@pytest.fixture
def one(settings):
    """A database of one connection, so that all that happens happens on it."""
    database = Database(settings.database_url, 1)
    yield database
    database.close()


@pytest.fixture
def conversation(desk):
    return desk.write("a")


def call(database, conversation):
    return begin(database, "store-1", conversation, Taker("one", 10.0), most_attempts=3)


def backend_of(database):
    with database.everywhere() as connection:
        return connection.scalar(_BACKEND)


def test_after_a_call_a_transaction_is_one_again(one, conversation):
    call(one, conversation)

    with suppress(ZeroDivisionError), one.store("store-1") as connection:
        connection.execute(text("UPDATE inbox SET attempts = 77"))
        raise ZeroDivisionError

    with one.store("store-1") as connection:
        assert connection.scalar(text("SELECT attempts FROM inbox")) == 1


def test_a_call_leaves_the_connection_bound_to_no_store(one, conversation):
    call(one, conversation)

    with one.everywhere() as connection:
        assert connection.scalar(text("SELECT count(*) FROM inbox")) == 0


def test_a_call_that_is_refused_keeps_its_connection(one, store):
    backend = backend_of(one)

    with pytest.raises(LeaseLostError):
        one.call("check_lease", "store-1", NOBODY, "nobody", 1)

    assert backend_of(one) == backend


def test_a_server_that_cut_every_connection_while_nobody_asked_costs_nothing(
    settings, conversation
):
    database = Database(settings.database_url, 3)
    with database.everywhere(), database.everywhere(), database.everywhere():
        pass
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'mostrador' AND pid <> pg_backend_pid()"
        )
        count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mostrador'"
        eventually(lambda: connection.execute(count).fetchone() == (0,))

    with database.store("store-1") as bound:
        assert bound.scalar(text("SELECT count(*) FROM inbox")) == 1
        for _ in range(3):
            call(database, conversation)
    database.close()
