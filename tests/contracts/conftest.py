"""The checks under `scripts/` are programs, not an installed package: here is where they are."""

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "scripts"))

from k8s import rendering  # noqa: E402  (needs the line above)


@pytest.fixture(scope="session")
def kubectl() -> str:
    found = rendering.kubectl()
    if found is None and not os.environ.get("CI"):
        pytest.skip("There is no kubectl to render the overlays with.")
    return found or "kubectl"


@pytest.fixture(scope="session")
def rendered(kubectl: str) -> Callable[[str], list[Any]]:
    @functools.cache
    def of_overlay(name: str) -> list[Any]:
        return list(rendering.render(ROOT / "deploy/k8s/overlays" / name))

    return of_overlay
