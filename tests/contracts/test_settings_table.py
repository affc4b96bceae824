"""The tables of docs/operations.md say what the code says: regenerate a row, do not edit it."""

import re
from pathlib import Path

import pytest
from prometheus_client import Counter, Gauge, Histogram

from common import metrics
from common.settings import described
from common.stores import StoreSettings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
KINDS = (Counter, Gauge, Histogram)
NOTHING = "\N{EN DASH}"


def rows_between(start, end="<!-- end -->"):
    table = PAGE.split(start, 1)[1].split(end, 1)[0].strip().splitlines()
    return [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in table[2:]]


def test_the_table_of_settings_is_what_the_settings_say():
    expected = [
        (
            f"`{each.name}`",
            f"`{each.default}`" if each.default else NOTHING,
            "yes" if each.secret else "",
            each.doc,
        )
        for each in described()
    ]

    assert rows_between("<!-- settings -->") == expected


def test_the_table_of_metrics_is_what_the_metrics_say():
    named = {name: each for name, each in vars(metrics).items() if isinstance(each, KINDS)}
    expected = [
        (exposed_name(each), each._type, ", ".join(each._labelnames), each._documentation)
        for each in named.values()
    ]

    rows = rows_between("<!-- metrics -->")

    assert [row[:4] for row in rows] == expected


@pytest.mark.parametrize("name", [n for n, m in vars(metrics).items() if isinstance(m, KINDS)])
def test_a_metric_is_fed_by_whom_the_table_says(name):
    exposed = exposed_name(vars(metrics)[name])
    (said,) = [row[4] for row in rows_between("<!-- metrics -->") if row[0] == exposed]

    feeding = {
        path.relative_to(ROOT / "services").parts[0]
        for path in (ROOT / "services").rglob("*.py")
        if f"metrics.{name}." in path.read_text(encoding="utf-8")
    }

    assert feeding == (set(said.split(", ")) - {"nobody yet"})


def test_every_setting_of_a_store_is_in_its_table():
    table = PAGE.split("| setting of a store |", 1)[1].split("\n\n", 1)[0]
    first_cells = " ".join(row.split("|")[1] for row in table.splitlines()[2:])

    assert set(re.findall(r"`(\w+)`", first_cells)) == StoreSettings.__dataclass_fields__.keys()


def exposed_name(metric):
    return f"`{metric._name}{'_total' if metric._type == 'counter' else ''}`"
