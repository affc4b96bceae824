"""What `make run` prints: short lines while it starts, then where things are and who logs in."""

import os
import sys
from collections.abc import Sequence

from common.settings import Settings
from devstack.demo_file import Demo


def say(line: str) -> None:
    """Print one line at once; a reader that has gone away stops nothing."""
    try:
        print(line, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def announce(settings: Settings, demo: Demo) -> None:
    """Print the addresses and the demo's log-ins."""
    addresses = [
        ("Console", settings.notifier_url),
        ("Phone (simulator)", settings.simulator_url),
        ("Webhooks", f"{settings.ingress_url}/webhooks/<store>"),
        ("Catalog", f"{settings.catalog_url}/docs"),
    ]
    logins = [
        (agent.email, password, agent.role, ", ".join(demo.agent_stores(agent)))
        for agent, password in demo.agents
    ]
    say("")
    print_table(addresses)
    say("")
    print_table([("E-mail", "Password", "Role", "Stores"), *logins])
    say("")
    say(f"Logs and demo.json are in {settings.data_dir}. Ctrl-C stops everything.")


def print_table(rows: Sequence[tuple[str, ...]]) -> None:
    """Print rows in columns as wide as their widest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        say("  " + "  ".join(padded).rstrip())
