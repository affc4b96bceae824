from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from common import migrations, models
from common.migrations.__main__ import migrate

from .loaded import load

# Tables whose key does not begin with a store, each with its reason.
OF_THE_INSTALLATION = {
    "agents": "one person may serve several stores",
    "console_sessions": "a log-in belongs to a person, not to a store",
    "alembic_version": "Alembic's own",
}
# Tables without row-level security. `agents` has it: a store sees the agents who serve it.
UNGUARDED = {"console_sessions", "alembic_version"}

VERSIONS = sorted((Path(migrations.__file__).parent / "versions").glob("0*.py"))

_SHAPE = """
    SELECT 'column', table_name || '.' || column_name, data_type, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'index', indexname, indexdef, '', '' FROM pg_indexes
    WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname,
        pg_get_constraintdef(oid), '', '' FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'policy', tablename || '.' || policyname, roles::text, qual, with_check
    FROM pg_policies WHERE schemaname = 'public'
    UNION ALL SELECT 'function', oid::regprocedure::text, pg_get_functiondef(oid), '', ''
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
    ORDER BY 1, 2
"""


def tables(owner):
    return set(inspect(owner).get_table_names())


def shape(owner):
    with owner.connect() as connection:
        return [tuple(row) for row in connection.execute(text(_SHAPE))]


def scalars(owner, query):
    with owner.connect() as connection:
        return list(connection.scalars(text(query)))


def test_the_schema_goes_down_to_nothing_and_up_again_while_it_is_loaded(
    settings, owner, desk, other_desk
):
    load(desk)
    load(other_desk)
    before = shape(owner)
    try:
        migrate(settings, "downgrade", "base")
        left = shape(owner)
    finally:
        migrate(settings, "upgrade", "head")

    assert {name.partition(".")[0] for _, name, *_ in left} <= {
        "alembic_version",
        "alembic_version_pkc",
    }
    assert shape(owner) == before


def test_each_step_back_leaves_what_the_step_before_had_made(settings, owner):
    revisions = [path.name.partition("_")[0] for path in VERSIONS]
    try:
        migrate(settings, "downgrade", "base")
        made = {}
        for revision in revisions:
            migrate(settings, "upgrade", revision)
            made[revision] = shape(owner)
        for revision in reversed(revisions[:-1]):
            migrate(settings, "downgrade", revision)
            assert shape(owner) == made[revision], revision
    finally:
        migrate(settings, "upgrade", "head")


def test_migrating_what_is_migrated_changes_nothing(settings, owner, desk):
    load(desk)
    before = shape(owner)

    migrate(settings, "upgrade", "head")

    assert shape(owner) == before
    assert desk.value("SELECT count(*) FROM inbox WHERE kind = 'message'") == 2


def test_a_worker_of_the_version_before_goes_on_while_this_one_is_rolled_out(desk):
    turn = desk.turn(desk.lease(desk.write("a")))
    (standing,) = desk.rows(
        "SELECT * FROM remember_mail('store-1', :conversation, 'one', :fence, :turn, :ids,"
        " ARRAY['text'], ARRAY['hola'], ARRAY[NULL]::bytea[], ARRAY['a'], ARRAY[now()], 20)",
        conversation=turn.lease.conversation_id,
        fence=turn.lease.fence,
        turn=turn.turn_id,
        ids=turn.inbox_ids,
    )

    assert (standing.owner, standing.is_window_open, standing.history) == ("bot", True, [])
    assert desk.value("SELECT content FROM messages") == "hola"


@pytest.mark.parametrize("name", sorted(set(models.__all__) - {"metadata"}))
def test_a_table_of_the_code_is_the_table_of_the_migrations(owner, name):
    table = getattr(models, name)
    dialect = owner.dialect
    found = inspect(owner)

    migrated = {
        column["name"]: column["type"].compile(dialect) for column in found.get_columns(name)
    }

    assert {column.name: column.type.compile(dialect) for column in table.columns} == migrated
    key = found.get_pk_constraint(name)["constrained_columns"]
    assert [column.name for column in table.primary_key] == key


def test_every_tables_key_begins_with_the_store(owner):
    found = inspect(owner)
    first = {
        name: found.get_pk_constraint(name)["constrained_columns"][0] for name in tables(owner)
    }

    assert {name for name, column in first.items() if column != "store_id"} == set(
        OF_THE_INSTALLATION
    )


def test_every_table_is_guarded_even_from_its_owner(owner):
    unguarded = scalars(
        owner,
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind = 'r' AND NOT (relrowsecurity AND relforcerowsecurity)",
    )

    assert set(unguarded) == UNGUARDED


def test_a_reference_to_another_row_names_its_store_too(owner):
    found = inspect(owner)
    across = {
        (name, tuple(key["constrained_columns"]))
        for name in tables(owner)
        for key in found.get_foreign_keys(name)
        if "store_id" not in key["constrained_columns"]
    }

    assert across == {("memberships", ("agent_id",))}


def test_no_function_that_runs_as_the_owner_can_be_led_astray_by_a_search_path(owner):
    astray = scalars(
        owner,
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
        " AND NOT coalesce(proconfig::text LIKE '%search_path=public, pg_temp%', false)",
    )

    assert astray == []


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("conversations", "conversation_id"),
        ("messages", "message_id"),
        ("sessions", "session_id"),
        ("outbox", "outbox_id"),
        ("turns", "turn_id"),
        ("inbox", "inbox_id"),
    ],
)
def test_a_turn_finds_rows_by_their_whole_key_even_in_a_table_nobody_analyzed(
    settings, owner, table, column
):
    migrate(settings, "downgrade", "base")
    migrate(settings, "upgrade", "head")
    row = f"SELECT FROM {table} WHERE store_id = $1 AND {column} = CAST($2 AS uuid)"
    with owner.begin() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))  # as the turn's functions do
        plan = "\n".join(connection.scalars(text(f"EXPLAIN (GENERIC_PLAN) {row}")))
    assert f"{table}_pkey" in plan, plan
    assert f"({column} = " in plan.partition("Index Cond")[2], plan


def test_a_commit_that_need_not_wait_for_the_disk_does_not_wait(owner):
    # A function's own SET must not end what its body set for the whole transaction.
    with owner.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION pg_temp.relaxed() RETURNS void LANGUAGE plpgsql"
                " SET enable_seqscan = off AS $$ BEGIN"
                " PERFORM set_config('synchronous_commit', 'off', true); END $$"
            )
        )
        connection.execute(text("SELECT pg_temp.relaxed()"))
        assert connection.scalar(text("SHOW synchronous_commit")) == "off"
        assert connection.scalar(text("SHOW enable_seqscan")) == "on"
