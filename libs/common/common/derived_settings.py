"""Settings that follow from others where they are not set themselves. Pure."""

from typing import Any
from urllib.parse import quote


def with_derived(values: dict[str, Any]) -> dict[str, Any]:
    """Fill in what follows from other settings, in place; returns the same values."""
    base = values["port_base"]
    for offset, service in enumerate(("ingress", "catalog", "notifier", "simulator"), start=1):
        values[f"{service}_url"] = (
            values[f"{service}_url"] or f"http://127.0.0.1:{base + offset}"
        ).rstrip("/")
    values["base_url"] = (values["base_url"] or values["catalog_url"]).rstrip("/")
    values["graph_api_url"] = values["graph_api_url"].rstrip("/")
    values["migration_database_url"] = values["migration_database_url"] or values["database_url"]
    values["ai_api_key"] = values["ai_api_key"] or values["openai_api_key"]
    values["redis_url"] = values["redis_url"] or _redis_url(values)
    values["console_origins"] = values["console_origins"] or _own_origins(values)
    return values


def _redis_url(values: dict[str, Any]) -> str:
    if not values["redis_host"]:
        return ""
    password = values["redis_password"]
    login = f":{quote(password, safe='')}@" if password else ""
    return f"redis://{login}{values['redis_host']}:{values['redis_port']}/0"


def _own_origins(values: dict[str, Any]) -> tuple[str, ...]:
    port = values["port_base"] + 3
    own = [f"http://localhost:{port}", f"http://127.0.0.1:{port}"]
    if values["notifier_url"] not in own:
        own.append(values["notifier_url"])
    return tuple(own)
