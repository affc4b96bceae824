"""docs/console.md: the twenty features have browser tests that exist, and the keys are the page's."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "console.md").read_text()
STATIC = ROOT / "services" / "notifier" / "notifier" / "static"
TESTS = "\n".join(path.read_text() for path in sorted((ROOT / "tests" / "ui").glob("test_*.py")))


def test_each_of_the_twenty_features_of_day_one_has_a_browser_test_that_exists():
    rows = re.findall(r"^\| (\d+) \| .* \| (.*) \|$", PAGE, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 21))
    assert all("`test_" in tests for _, tests in rows)
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert {each for each in named if f"def {each}(" not in TESTS} == set()


def test_no_module_of_the_page_is_empty():
    modules = sorted(STATIC.glob("*.js"))
    assert len(modules) > 80
    # Whoever imports from an empty one gets a page that does nothing at all.
    assert [each.name for each in modules if "export " not in each.read_text()] == ["main.js"]


def test_every_key_of_the_page_is_in_its_table():
    sources = "".join((STATIC / name).read_text() for name in ("acts.js", "shortcuts.js"))
    keys = set(re.findall(r'keys: "([^"]+)"', sources)) - {"↑ ↓"}
    assert len(keys) > 15
    assert {each for each in keys if f"`{each}`" not in PAGE} == set()
