"""The console's page, for now a word about itself, and the human page of the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, render_template

# Nothing comes from another host, and nothing may frame the console.
_POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
_METHODS = ("get", "post", "put", "patch", "delete")


def add_pages(app: Flask, specification: Mapping[str, Any]) -> None:
    """Serve `/` and `/docs`."""
    operations = _operations(specification)
    schemas = sorted(specification["components"]["schemas"].items())
    app.add_url_rule("/", "index", lambda: render_template("index.html"))
    app.add_url_rule(
        "/docs",
        "docs",
        lambda: render_template("docs.html", operations=operations, schemas=schemas),
    )
    app.after_request(_guarded)


def _guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _operations(specification: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": routes[method].get("summary", ""),
            "takes": _schema_names(routes[method].get("requestBody", {})),
            "query": [
                each["name"]
                for each in routes[method].get("parameters", ())
                if each.get("in") == "query"
            ],
            "gives": {
                status: _schema_names(answer)
                for status, answer in routes[method].get("responses", {}).items()
                if status.startswith("2")
            },
        }
        for path, routes in specification["paths"].items()
        for method in _METHODS
        if method in routes
    ]


def _schema_names(body: Mapping[str, Any]) -> list[str]:
    contents = body.get("content", {}).values()
    references = (each.get("schema", {}).get("$ref", "") for each in contents)
    return [reference.rsplit("/", 1)[-1] for reference in references if reference]
