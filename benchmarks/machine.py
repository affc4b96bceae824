"""The machine that figures were measured on, in one line of words."""

import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg
import redis

from benchmarks.installation import Installation

_GIGA = 1024**3


def described(installation: Installation) -> str:
    """Name processor, memory, versions, load and date."""
    with psycopg.connect(installation.owner_url) as connection:
        postgres = connection.info.server_version // 10_000
    with redis.Redis.from_url(installation.settings.redis_url) as client:
        server = client.info("server")
    name = "Valkey" if "valkey_version" in server else "Redis"
    version = server.get("valkey_version", server.get("redis_version", "?"))
    cores, memory = os.cpu_count(), psutil.virtual_memory().total / _GIGA
    return (
        f"{_processor()}, {cores} cores, {memory:.0f} GB, {platform.system()}; "
        f"Python {platform.python_version()}, Node {_node()}, PostgreSQL {postgres}, "
        f"{name} {version}; load before {os.getloadavg()[0]:.1f}; "
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    )


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        return "none"
    told = subprocess.run((node, "--version"), capture_output=True, text=True, check=False)
    return told.stdout.strip().removeprefix("v")
