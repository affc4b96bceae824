import json
from pathlib import Path

from benchmarks.peer import node_major

PEER = Path(__file__).parents[3] / "benchmarks" / "peer_bullmq"


def test_the_peers_lock_is_exact_and_names_no_address():
    manifest = json.loads((PEER / "package.json").read_text())
    locked = json.loads((PEER / "package-lock.json").read_text())["packages"]

    assert all(
        locked[f"node_modules/{name}"]["version"] == version
        for name, version in manifest["dependencies"].items()
    )
    assert not [name for name, each in locked.items() if "resolved" in each]
    assert all("integrity" in each for name, each in locked.items() if name)


def test_a_program_that_is_no_node_has_no_version():
    assert node_major("/bin/true") == 0
