"""A real S3 server on loopback (SeaweedFS), which checks signatures; for tests only."""

import json
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import requests

from common.storage_s3 import Bucket

from .ports import free_port_base

ACCESS_KEY, SECRET_KEY, BUCKET, REGION = "a-key-id", "a-secret-key", "customers-files", "us-east-1"
_PROGRAM = Path(sysconfig.get_path("scripts")) / "weed"
_START_SECONDS = 60.0


@contextmanager
def running(folder: Path) -> Iterator[Bucket]:
    """Run the server with one bucket, until the end of the block."""
    base = free_port_base()
    url = f"http://127.0.0.1:{base + 4}"
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            _command(folder, base), stdout=log, stderr=log, env={"HOME": str(folder)}
        )
    try:
        _wait_until_it_answers(url, server)
        bucket = Bucket(BUCKET, REGION, url, ACCESS_KEY, SECRET_KEY)
        _make_bucket(bucket)
        yield bucket
    finally:
        server.kill()  # asked to end, it would take ten seconds for its farewells
        server.wait()


def _command(folder: Path, base: int) -> list[str]:
    """Say how it is run: everything on loopback, nothing larger than a test needs."""
    key = {"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}
    identity = {"name": "mostrador", "credentials": [key], "actions": ["Admin"]}
    keys = folder / "keys.json"
    keys.write_text(json.dumps({"identities": [identity]}))
    files = folder / "files"
    files.mkdir()
    ports = {"master": 1, "volume": 2, "filer": 3, "s3": 4}
    return [
        *(str(_PROGRAM), "server", f"-dir={files}", "-filer", "-s3", f"-s3.config={keys}"),
        *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-volume.max=5", "-volume.preStopSeconds=0"),
        *("-master.volumeSizeLimitMB=64", f"-filer.localSocket={folder}/filer.sock"),
        # What nobody asked for: two catalogs at ports that are always the same, and news of us.
        *("-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"),
        *(f"-{each}.port={base + offset}" for each, offset in ports.items()),
        *(f"-{each}.port.grpc={base + 4 + offset}" for each, offset in ports.items()),
    ]


def _wait_until_it_answers(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            # It asks for a signature: the keys are read.
            if requests.get(url, timeout=1).status_code == 403:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise AssertionError("The S3 server did not start.")


def _make_bucket(bucket: Bucket) -> None:
    client = boto3.client(
        "s3",
        region_name=bucket.region,
        endpoint_url=bucket.endpoint_url,
        aws_access_key_id=bucket.access_key_id,
        aws_secret_access_key=bucket.secret_access_key,
    )
    client.create_bucket(Bucket=bucket.name)
    client.close()
