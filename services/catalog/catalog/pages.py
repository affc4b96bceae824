"""The human page of the OpenAPI document: our own, so nothing comes from another host."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, make_response, render_template

_POLICY = "default-src 'none'; style-src 'self'"
_METHODS = ("get", "post", "put", "patch", "delete")
# flask-smorest's own kind of paging, which no route has.
_UNUSED = "PaginationMetadata"


def add_documentation(app: Flask, specification: Mapping[str, Any]) -> None:
    """Serve `/docs`."""
    operations = _operations(specification)
    shapes = specification["components"]["schemas"].items()
    schemas = sorted((name, shape) for name, shape in shapes if name != _UNUSED)

    def docs() -> Response:
        page = make_response(
            render_template(
                "docs.html",
                title=specification["info"]["title"],
                operations=operations,
                schemas=schemas,
            )
        )
        page.headers["Content-Security-Policy"] = _POLICY
        return page

    app.add_url_rule("/docs", "docs", docs)


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
                for status, answer in routes[method]["responses"].items()
                if status.startswith("2")
            },
        }
        for path, routes in specification["paths"].items()
        for method in _METHODS
        if method in routes
    ]


def _schema_names(body: Mapping[str, Any]) -> list[str]:
    references = (each.get("schema", {}).get("$ref", "") for each in _contents(body))
    return [reference.rsplit("/", 1)[-1] for reference in references if reference]


def _contents(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(body.get("content", {}).values())
