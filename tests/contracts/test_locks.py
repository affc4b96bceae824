import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECTS = sorted([*ROOT.glob("services/*/pyproject.toml"), *ROOT.glob("tools/*/pyproject.toml")])
_PINNED = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


def _pins(lock):
    return dict(_PINNED.findall(lock.read_text()))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_requirement_is_pinned_and_hashed(lock):
    text = lock.read_text()
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(_pins(lock)) > 0
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_no_lock_names_a_place_to_download_from(lock):
    told = re.findall(r"://|--(?:extra-)?index-url|--find-links|file:| @ |^-e ", lock.read_text())
    assert told == []


def test_no_lock_of_uv_is_kept():
    tracked = subprocess.run(
        ("git", "ls-files", "uv.lock", "**/uv.lock"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert tracked.stdout == ""


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.parent.name)
def test_a_lock_holds_what_its_package_and_common_declare(project):
    locked = _pins(ROOT / "requirements" / f"{project.parent.name}.txt")
    for declared in (project, ROOT / "libs/common/pyproject.toml"):
        project_table = tomllib.loads(declared.read_text())["project"]
        extras = project_table.get("optional-dependencies", {}).values()
        names = [*project_table["dependencies"], *(name for extra in extras for name in extra)]
        wanted = {re.split(r"[\[<>=~! ]", name)[0].lower() for name in names}
        assert wanted - {"mostrador-common"} <= set(locked)


def test_services_are_locked_to_the_versions_the_suite_runs_with():
    tested = _pins(ROOT / "requirements/development.txt")
    for lock in LOCKS:
        differing = {name: pin for name, pin in _pins(lock).items() if tested.get(name) != pin}
        assert lock.name == "bootstrap.txt" or differing == {}
