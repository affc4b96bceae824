"""`python -m devstack servers -- <command>`: a command with embedded servers for its lifetime."""

import signal
import subprocess

from common.settings import Settings
from devstack import embedded
from devstack.environment import Addresses, server_environment
from devstack.stop_signals import StopSignals

_LOOK_SECONDS = 0.5


def run_with_servers(settings: Settings, command: list[str]) -> int:
    """Run the command with DATABASE_URL and the like set; returns its exit code."""
    with StopSignals() as signals, embedded.running(settings.data_dir) as servers:
        addresses = Addresses(
            servers.database_url, servers.migration_database_url, servers.redis_url
        )
        process = subprocess.Popen(command, env=server_environment(addresses))
        while process.poll() is None:
            signals.wait(_LOOK_SECONDS)
            if signals.requested:
                process.send_signal(signal.SIGTERM)
                signals.requested = False
        return process.returncode
