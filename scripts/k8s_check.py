"""`make k8s-check`: renders every overlay and checks it offline, by schema and by our own rules.

Exit 0 when nothing breaks a rule, 1 with one sentence for each violation. Talks to no cluster.
"""

import argparse
import sys
from pathlib import Path

from k8s.check import check
from k8s.rendering import RenderingError, overlays, render
from k8s.schemas import NEWEST_VERSION, OLDEST_VERSION, UNKNOWN_KINDS

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Check the overlays that are named, or all of them; returns the exit code."""
    options = _parser().parse_args(arguments)
    skipped_kinds = frozenset(options.skip) | UNKNOWN_KINDS
    found = options.overlays or overlays(ROOT)
    try:
        violations = sum(_check_overlay(overlay, skipped_kinds) for overlay in found)
    except RenderingError as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"{len(found)} overlays, {violations} violations; "
        f"schemas of Kubernetes {OLDEST_VERSION} and {NEWEST_VERSION}, strict."
    )
    return 1 if violations or not found else 0


def _check_overlay(overlay: Path, skipped_kinds: frozenset[str]) -> int:
    report = check(render(overlay), ROOT, skipped_kinds)
    not_validated = ", ".join(report.not_validated)
    print(
        f"{overlay.name}: {report.documents} documents, {report.pods} pod templates, "
        f"{len(report.violations)} violations"
        + (f"; no schema here, so not validated: {not_validated}" if not_validated else "")
    )
    for violation in report.violations:
        print(f"  {violation}")
    return len(report.violations)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="k8s_check", description=__doc__)
    parser.add_argument("overlays", nargs="*", type=Path, help="default: deploy/k8s/overlays/*")
    parser.add_argument(
        "--skip",
        action="append",
        default=[],
        metavar="KIND",
        help="a kind that Kubernetes has no schema for; it is named in the output",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
