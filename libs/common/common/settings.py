"""Every setting, read from the environment once, here and nowhere else.

A field names its variable, its default and its meaning, so that `make settings`, the
manifests' contract test and this file cannot drift apart.
"""

import math
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from environs import Env, EnvError

from common.derived_settings import with_derived
from common.errors import ConfigurationError

_SECRET = frozenset(
    {
        "DATABASE_URL",
        "MIGRATION_DATABASE_URL",
        "REDIS_URL",
        "REDIS_PASSWORD",
        "WHATSAPP_ACCESS_TOKEN",
        "WHATSAPP_APP_SECRET",
        "WHATSAPP_VERIFY_TOKEN",
        "AI_API_KEY",
        "OPENAI_API_KEY",
        "SECRETS_KEYS",
        "SERVICE_KEYS",
        "S3_ACCESS_KEY_ID",
        "S3_SECRET_ACCESS_KEY",
    }
)


def _setting(
    name: str,
    default: object,
    doc: str,
    least: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    metadata = {"name": name, "default": default, "doc": doc, "least": least, "choices": choices}
    return field(metadata=metadata)


@dataclass(frozen=True)
class Setting:
    """One row of `make settings`."""

    name: str
    default: str
    doc: str
    secret: bool


# ruff: noqa: RUF009  # `_setting` is `field` with the variable's name, default and meaning
@dataclass(frozen=True)
class Settings:
    """All settings of an installation; each service uses the ones it needs."""

    data_dir: Path = _setting("DATA_DIR", ".data", "Where embedded servers and media keep files.")
    bind_address: str = _setting("BIND_ADDRESS", "127.0.0.1", "Address the services listen on.")
    port_base: int = _setting(
        "PORT_BASE",
        8000,
        "Ingress is +1, catalog +2, notifier +3, simulator +4, worker probes from +10.",
        least=1,
    )
    log_level: str = _setting(
        "LOG_LEVEL",
        "INFO",
        "DEBUG, INFO, WARNING or ERROR.",
        choices=("DEBUG", "INFO", "WARNING", "ERROR"),
    )
    log_format: str = _setting("LOG_FORMAT", "json", "json for machines, console for people.")
    database_url: str = _setting("DATABASE_URL", "", "PostgreSQL for the service role, libpq form.")
    migration_database_url: str = _setting(
        "MIGRATION_DATABASE_URL",
        "",
        "PostgreSQL for the owner of the tables; DATABASE_URL when unset.",
    )
    database_connections: int = _setting(
        "DATABASE_CONNECTIONS",
        16,
        "Connections one HTTP service may hold; a worker has its own number.",
        least=1,
    )
    redis_url: str = _setting(
        "REDIS_URL", "", "Redis; wins over REDIS_HOST, REDIS_PORT and REDIS_PASSWORD."
    )
    redis_host: str = _setting("REDIS_HOST", "", "Redis host when REDIS_URL is unset.")
    redis_port: int = _setting("REDIS_PORT", 6379, "Redis port when REDIS_URL is unset.")
    redis_password: str = _setting("REDIS_PASSWORD", "", "Redis password when REDIS_URL is unset.")
    base_url: str = _setting(
        "BASE_URL", "", "Prefix of relative product picture paths; CATALOG_URL when unset."
    )
    ingress_url: str = _setting("INGRESS_URL", "", "Where the webhook door is.")
    catalog_url: str = _setting("CATALOG_URL", "", "Where the catalog is.")
    notifier_url: str = _setting("NOTIFIER_URL", "", "Where the console is.")
    simulator_url: str = _setting("SIMULATOR_URL", "", "Where the simulator is.")
    graph_api_url: str = _setting(
        "GRAPH_API_URL", "https://graph.facebook.com", "Meta's Graph API, or any fake of it."
    )
    graph_api_version: str = _setting(
        "GRAPH_API_VERSION", "v21.0", "Graph API version in every path."
    )
    whatsapp_phone_id: str = _setting(
        "WHATSAPP_PHONE_ID", "", "Single-store installation: phone number id of store-1."
    )
    whatsapp_access_token: str = _setting(
        "WHATSAPP_ACCESS_TOKEN", "", "Single-store installation: access token."
    )
    whatsapp_app_secret: str = _setting(
        "WHATSAPP_APP_SECRET", "", "Single-store installation: app secret."
    )
    whatsapp_verify_token: str = _setting(
        "WHATSAPP_VERIFY_TOKEN", "", "Single-store installation: verify token."
    )
    ai_base_url: str = _setting(
        "AI_BASE_URL", "", "OpenAI-compatible endpoint; unset means the offline assistant."
    )
    ai_api_key: str = _setting("AI_API_KEY", "", "Key for AI_BASE_URL.")
    openai_api_key: str = _setting("OPENAI_API_KEY", "", "Used when AI_API_KEY is unset.")
    ai_model: str = _setting("AI_MODEL", "gpt-4o-mini", "Model name sent to AI_BASE_URL.")
    ai_timeout_seconds: float = _setting(
        "AI_TIMEOUT_SECONDS", 30.0, "How long one answer of the assistant may take.", least=1
    )
    graph_timeout_seconds: float = _setting(
        "GRAPH_TIMEOUT_SECONDS",
        20.0,
        "How long one send may wait for the Graph API's answer.",
        least=1,
    )
    ingress_worker: str = _setting(
        "INGRESS_WORKER",
        "door",
        "gunicorn's worker of the ingress: door, or asgi as gunicorn ships it.",
        choices=("door", "asgi"),
    )
    trusted_proxies: int = _setting(
        "TRUSTED_PROXIES",
        0,
        "How many proxies of yours stand before a service and add to X-Forwarded-For.",
        least=0,
    )
    secrets_keys: tuple[str, ...] = _setting(
        "SECRETS_KEYS", "", "Keys for encryption at rest, newest first, comma separated."
    )
    service_keys: tuple[str, ...] = _setting(
        "SERVICE_KEYS", "", "Keys for internal tokens, newest first, comma separated."
    )
    media_storage: str = _setting(
        "MEDIA_STORAGE",
        "files",
        "Where customers' files lie: files (DATA_DIR, shared by worker and notifier) or s3.",
        choices=("files", "s3"),
    )
    s3_endpoint_url: str = _setting(
        "S3_ENDPOINT_URL", "", "Address of the S3 store; Amazon's own for the region when unset."
    )
    s3_bucket: str = _setting("S3_BUCKET", "", "Bucket for customers' files; it must exist.")
    s3_region: str = _setting("S3_REGION", "us-east-1", "Region that requests are signed for.")
    s3_access_key_id: str = _setting("S3_ACCESS_KEY_ID", "", "Key id for the bucket.")
    s3_secret_access_key: str = _setting("S3_SECRET_ACCESS_KEY", "", "Secret key for the bucket.")
    notifier_worker: str = _setting(
        "NOTIFIER_WORKER",
        "gevent",
        "gunicorn's worker of the console: gevent, or gthread (a few hundred sockets).",
        choices=("gevent", "gthread"),
    )
    notifier_threads: int = _setting(
        "NOTIFIER_THREADS",
        1040,
        "Greenlets (or threads) of the console: one for each open socket, eight that stay free.",
        least=16,
    )
    console_origins: tuple[str, ...] = _setting(
        "CONSOLE_ORIGINS",
        "",
        "Origins allowed to open the console's socket; the console's own address when unset.",
    )
    store_rate: float = _setting("STORE_RATE", 10.0, "Turns a second and store.", least=0.01)
    store_concurrency: int = _setting("STORE_CONCURRENCY", 8, "Turns at once and store.", least=1)
    hold_back_ms: int = _setting(
        "HOLD_BACK_MS", 400, "How long a message waits for its burst.", least=0
    )
    attempts: int = _setting("ATTEMPTS", 3, "Attempts before a dead letter.", least=1)
    send_rate: float = _setting("SEND_RATE", 80.0, "Sends a second and number.", least=0.01)
    pair_rate: float = _setting(
        "PAIR_RATE",
        6.0,
        "Seconds between sends to one contact, beyond the burst.",
        least=0,
    )
    pair_burst: int = _setting("PAIR_BURST", 45, "Sends to one contact at once.", least=1)
    lease_seconds: float = _setting(
        "LEASE_SECONDS", 10.0, "Life of a conversation's lease between renewals.", least=1
    )
    unknown_seconds: float = _setting(
        "UNKNOWN_SECONDS", 60.0, "How long an unsettled send waits for its status.", least=0
    )
    sweep_seconds: float = _setting(
        "SWEEP_SECONDS",
        5.0,
        "Period of the sweeper, and of the look for media that is due.",
        least=0.1,
    )
    retention_days: int = _setting(
        "RETENTION_DAYS", 90, "Days that raw text is kept (not in force yet).", least=1
    )
    worker_stores: str = _setting(
        "WORKER_STORES", "all", "all, or the stores this worker serves, comma separated."
    )
    worker_processes: int = _setting(
        "WORKER_PROCESSES", 1, "Worker processes that make run starts.", least=1
    )
    worker_mode: str = _setting(
        "WORKER_MODE",
        "threads",
        "threads, or gevent: greenlets, for hundreds of turns that wait on a slow assistant.",
        choices=("threads", "gevent"),
    )
    worker_threads: int = _setting(
        "WORKER_THREADS", 16, "Turns (threads or greenlets) at once in a worker process.", least=1
    )
    worker_grace_seconds: float = _setting(
        "WORKER_GRACE_SECONDS",
        50.0,
        "How long a worker that stops finishes its turns; then it hands them back.",
        least=0,
    )
    worker_index: int = _setting(
        "WORKER_INDEX", 0, "Which worker process this is on its machine.", least=0
    )
    fail_points_file: str = _setting(
        "FAIL_POINTS_FILE",
        "",
        "Tests only: file naming the step at which a process kills itself once.",
    )

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read and check every setting; raises ConfigurationError naming the wrong one."""
        env = Env(expand_vars=False)
        try:
            values = {each.name: _read(env, each.type, each.metadata) for each in fields(cls)}
        except (EnvError, ValueError) as error:
            raise ConfigurationError(f"A setting cannot be read: {error}") from error
        return cls(**with_derived(values))

    def port(self, offset: int) -> int:
        return self.port_base + offset


def described() -> tuple[Setting, ...]:
    """List every setting with its default, for people and for the contract tests."""
    return tuple(
        Setting(
            name=each.metadata["name"],
            default=str(each.metadata["default"]),
            doc=each.metadata["doc"],
            secret=each.metadata["name"] in _SECRET,
        )
        for each in fields(Settings)
    )


def environment_names() -> frozenset[str]:
    return frozenset(each.name for each in described())


def _read(env: Env, kind: Any, metadata: Any) -> Any:
    name, default = metadata["name"], metadata["default"]
    if kind in (int, float):
        number = env.int(name, default) if kind is int else env.float(name, default)
        return _checked(name, number, metadata["least"])
    if kind is Path:
        return Path(env.str(name, default)).absolute()
    text = env.str(name, default).strip()
    if kind is str:
        return _chosen(name, text, metadata["choices"])
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _chosen(name: str, text: str, choices: tuple[str, ...]) -> str:
    matching = [each for each in choices if each.lower() == text.lower()]
    if choices and not matching:
        raise ValueError(f"{name} must be {' or '.join(choices)}, not {text!r}")
    return matching[0] if matching else text


def _checked(name: str, number: float, least: float | None) -> float:
    if not math.isfinite(number) or (least is not None and number < least):
        raise ValueError(f"{name} must be {least if least is not None else 0:g} or more")
    return number
