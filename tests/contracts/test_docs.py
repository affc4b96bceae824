"""The pages are true where a program can tell: links, names, targets, fail points, vocabulary."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from common import events

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = [ROOT / "libs", ROOT / "services", ROOT / "tools"]
OWN = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
OWN += sorted((ROOT / "docs").rglob("*.md"))
PAGES = list(dict.fromkeys([*OWN, *sorted(ROOT.glob("*/*/README.md"))]))
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
PROJECTS = sorted(ROOT.glob("*/*/pyproject.toml"))

_FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_TARGET = re.compile(r"(?:^|\s|\()make (?:-s |[A-Z_]+=\S+ )*([a-z][a-z0-9-]*)", re.MULTILINE)
_FAIL_POINT = re.compile(r"failpoints\.reach(?:_within)?\(\s*\"([^\"]+)\"")
_WORD_OF_A_NAME = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_FORBIDDEN_WORDS = {"utils", "helpers", "manager", "handler"}
_TROUBLE = {"warning", "error", "critical", "exception"}
_FORBIDDEN_NAMES = {"process_data"}


def text_of(page):
    return page.read_text(encoding="utf-8")


def named(page):
    return page.relative_to(ROOT).as_posix()


def sources():
    for folder in PRODUCT:
        for path in sorted(folder.rglob("*.py")):
            yield path, path.read_text(encoding="utf-8")


def defined_in(path):
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(ast.parse(text_of(path))) if isinstance(node, kinds)}


def links_of(page):
    for text, target in _LINK.findall(_FENCED.sub("", text_of(page))):
        if "://" not in target and not target.startswith("#"):
            yield text, (page.parent / target.split("#", 1)[0]).resolve()


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_within_the_repository_leads_somewhere(page):
    assert [str(target) for _, target in links_of(page) if not target.exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_name_that_links_to_a_file_is_defined_there(page):
    missing = [
        f"{text} in {target.name}"
        for text, target in links_of(page)
        if target.suffix == ".py" and (name := re.fullmatch(r"`(\w+)`", text))
        if name[1] not in defined_in(target)
    ]

    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_make_target_a_page_names_exists(page):
    targets = set(re.findall(r"^([a-z0-9-]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    fenced = [re.sub(r"#.*", "", block) for block in _FENCED.findall(text_of(page))]
    code = "\n".join([*fenced, *_CODE.findall(_FENCED.sub("", text_of(page)))])

    assert set(_TARGET.findall(code)) - targets == set()


@pytest.mark.parametrize("page", OWN, ids=named)
def test_every_test_a_page_names_exists(page):
    tests = "\n".join(text_of(path) for path in (ROOT / "tests").rglob("test_*.py"))
    names = {name for name in _CODE.findall(text_of(page)) if re.fullmatch(r"test_\w+", name)}

    assert [name for name in sorted(names) if f"def {name}(" not in tests] == []


@pytest.mark.parametrize("page", OWN, ids=named)
def test_no_page_holds_a_path_of_somebodys_machine(page):
    assert re.findall(r"(?:/work|/home|/root|/opt|/Users)/\S+", text_of(page)) == []


def test_the_table_of_events_lists_every_type_and_no_other():
    table = text_of(ROOT / "docs" / "events.md").split("## Frames with a number", 1)[1]
    table = table.split("## ", 1)[0]

    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == list(events.TYPES)


def test_the_table_of_fail_points_lists_every_place_and_no_other():
    places = [place for _, source in sources() for place in _FAIL_POINT.findall(source)]
    table = text_of(ROOT / "docs" / "message-life.md").split("## If the process dies", 1)[1]
    listed = re.findall(r"^\| `([a-z_.]+)`", table, re.MULTILINE)

    assert sorted(listed) == sorted(places)


def test_every_fail_point_is_reached_by_a_journey():
    journeys = "\n".join(text_of(path) for path in (ROOT / "tests" / "journeys").glob("*.py"))
    places = {place for _, source in sources() for place in _FAIL_POINT.findall(source)}

    assert {place for place in places if f'"{place}"' not in journeys} == set()


def test_every_log_event_that_operators_are_told_of_is_logged():
    table = text_of(ROOT / "docs" / "operations.md").split("## Logs", 1)[1].split("## ", 1)[0]
    told = re.findall(r"^\| `(\w+)`", table, re.MULTILINE)
    code = "\n".join(source for _, source in sources())

    assert told
    assert [event for event in told if f'"{event}"' not in code] == []


def logged_in_trouble():
    """Name each event of a warning or worse, also of a level that is chosen as the program runs."""
    for path, source in sources():
        if path.is_relative_to(ROOT / "tools"):
            continue  # a fake WhatsApp has no operators
        for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
            level = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            chosen = isinstance(call.func, ast.Name) and call.func.id == "log"
            if level in _TROUBLE or chosen:
                yield from (each.value for each in call.args[:1] if isinstance(each, ast.Constant))


def test_operators_are_told_of_every_event_of_trouble():
    table = text_of(ROOT / "docs" / "operations.md").split("## Logs", 1)[1].split("## ", 1)[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]

    assert set(logged_in_trouble()) - set(_CODE.findall(" ".join(rows))) == set()


def test_the_page_of_common_names_every_module_once():
    folder = ROOT / "libs" / "common"
    packages = [each.parent for each in folder.glob("common/*/__init__.py")]
    modules = [each.stem for each in folder.glob("common/*.py") if each.stem != "__init__"]
    table = [row.split("|")[1] for row in text_of(folder / "README.md").splitlines() if "|" in row]

    named_there = _CODE.findall(" ".join(table))
    assert sorted(named_there) == sorted([*modules, *(f"{each.name}/" for each in packages)])


def test_the_index_of_decisions_names_every_record():
    index = text_of(ROOT / "docs" / "decisions" / "README.md")

    assert re.findall(r"\[\d{4}\]\(([^)]+)\)", index) == [page.name for page in DECISIONS]


@pytest.mark.parametrize("record", DECISIONS, ids=lambda record: record.stem)
def test_a_decision_has_context_decision_and_consequences_on_one_page(record):
    text = text_of(record)

    assert text.startswith(f"# {record.name[:4]} ")
    parts = re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE)
    assert parts == ["Context", "Decision", "Consequences"]
    assert text.count("\n") <= 60


def dependencies_of(project):
    table = tomllib.loads(text_of(project))["project"]
    extras = table.get("optional-dependencies", {}).values()
    return [*table["dependencies"], *(each for extra in extras for each in extra)]


def test_every_dependency_has_its_reason():
    declared = {
        re.match(r"[A-Za-z0-9-]+", each)[0]
        for project in PROJECTS
        for each in dependencies_of(project)
        if not each.startswith("mostrador-")
    }
    for name in ("development.in", "bootstrap.in"):
        lines = text_of(ROOT / "requirements" / name).splitlines()
        declared |= {match[0] for line in lines if (match := re.match(r"[A-Za-z0-9-]+", line))}
    page = text_of(ROOT / "docs" / "decisions" / "0014-dependencies.md")
    tables = [row.split("|")[1] for row in page.splitlines() if row.startswith("| `")]

    assert sorted(_CODE.findall(" ".join(tables))) == sorted(declared)


def test_the_forbidden_words_are_no_name_of_ours():
    found = []
    for path, _ in sources():
        for name in {path.stem, *defined_in(path)}:
            words = {word.lower() for word in _WORD_OF_A_NAME.findall(name)}
            if words & _FORBIDDEN_WORDS or name in _FORBIDDEN_NAMES:
                found.append(f"{path.relative_to(ROOT)}: {name}")

    assert found == []
