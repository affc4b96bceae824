"""The human page of an OpenAPI document: our own, so nothing comes from another host."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Flask, Response, make_response, render_template

# What an access check lets through without a log-in or a token.
ENDPOINTS = frozenset({"docs.page", "docs.static"})

_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
_METHODS = ("get", "post", "put", "patch", "delete")
# flask-smorest's own kind of paging, which no route has.
_UNUSED = "PaginationMetadata"


def add_documentation(app: Flask, specification: Callable[[], Mapping[str, Any]]) -> None:
    """Serve `/docs`: the service's own template `docs.html`, which extends `openapi.html`."""
    docs = Blueprint(
        "docs",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/docs",
    )

    def page() -> Response:
        answer = make_response(render_template("docs.html", **_shown(specification())))
        answer.headers["Content-Security-Policy"] = _POLICY
        return answer

    docs.add_url_rule("/docs", "page", page)
    app.register_blueprint(docs)


def _shown(specification: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": specification["info"]["title"],
        "operations": _operations(specification),
        "schemas": _schemas(specification),
    }


def _schemas(specification: Mapping[str, Any]) -> list[tuple[str, Any]]:
    shapes = specification["components"]["schemas"].items()
    return sorted((name, shape) for name, shape in shapes if name != _UNUSED)


def _operations(specification: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        _operation(method, path, routes[method])
        for path, routes in specification["paths"].items()
        for method in _METHODS
        if method in routes
    ]


def _operation(method: str, path: str, described: Mapping[str, Any]) -> dict[str, Any]:
    parameters, answers = described.get("parameters", ()), described.get("responses", {})
    return {
        "method": method.upper(),
        "path": path,
        "summary": described.get("summary", ""),
        "takes": _schema_names(described.get("requestBody", {})),
        "query": [each["name"] for each in parameters if each.get("in") == "query"],
        "gives": {
            status: _schema_names(answer)
            for status, answer in answers.items()
            if status.startswith("2")
        },
    }


def _schema_names(body: Mapping[str, Any]) -> list[str]:
    contents = body.get("content", {}).values()
    references = (each.get("schema", {}).get("$ref", "") for each in contents)
    return [reference.rsplit("/", 1)[-1] for reference in references if reference]
