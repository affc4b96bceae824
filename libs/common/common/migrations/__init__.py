"""The schema, forward and back: Alembic revisions whose SQL stands in files of its own."""

from importlib.resources import files


def statements(name: str) -> str:
    """Read one SQL file of the schema."""
    return (files(__package__) / "sql" / name).read_text(encoding="utf-8")
