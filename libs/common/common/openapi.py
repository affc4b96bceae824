"""flask-smorest with this product's errors, and with types."""

import json
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import flask_smorest
from flask import Flask, Request
from marshmallow import Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser

from common.errors import InvalidRequestError

View = TypeVar("View")


class ErrorBodySchema(Schema):
    code = fields.String(metadata={"description": "What a program acts on, in snake_case."})
    message = fields.String(metadata={"description": "What a person reads."})
    details = fields.Dict(metadata={"description": "Such as `fields`: what is wrong with each."})


class ErrorSchema(Schema):
    """The shape of every error, for the document only; `common.web` makes the answers."""

    error = fields.Nested(ErrorBodySchema)


class RequestParser(FlaskParser):
    """Reads requests; whatever is wrong with one is an invalid_request that names the fields."""

    DEFAULT_VALIDATION_STATUS = InvalidRequestError.status

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002
        """Read the body, whatever its content type says; raises InvalidRequestError."""
        try:
            return json.loads(req.get_data())
        except (ValueError, RecursionError) as error:  # also numbers and nesting beyond bounds
            raise InvalidRequestError("The body is not JSON.") from error

    def handle_error(
        self,
        error: ValidationError,
        req: Request,  # noqa: ARG002
        schema: Schema,  # noqa: ARG002
        *,
        error_status_code: int | None,  # noqa: ARG002
        error_headers: Mapping[str, str] | None,  # noqa: ARG002
    ) -> NoReturn:
        """Name the fields; the place they were read from goes without saying."""
        messages: Any = error.messages
        (wrong,) = messages.values()
        raise InvalidRequestError("The request breaks a rule.", fields=wrong) from error


class Api(flask_smorest.Api):  # type: ignore[misc]  # flask-smorest has no types
    """The OpenAPI document of our blueprints, written when somebody first asks for it.

    To describe the routes takes longer than the whole rest of a service's start.
    """

    ERROR_SCHEMA = ErrorSchema

    def __init__(self, app: Flask, *, spec_kwargs: dict[str, Any] | None = None) -> None:
        self._describing = threading.RLock()
        self._undescribed: list[flask_smorest.Blueprint] = []
        super().__init__(app, spec_kwargs=spec_kwargs)

    def register_blueprint(self, blueprint: "Blueprint") -> None:
        """Serve a blueprint's routes."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint)
        self._undescribed.append(blueprint)

    def document(self) -> Mapping[str, Any]:
        """Describe every route."""
        described: Mapping[str, Any] = self.spec.to_dict()
        return described

    @property
    def spec(self) -> Any:
        with self._describing:
            described, self._undescribed = self._undescribed, []
            for each in described:
                each.register_views_in_doc(
                    self, self._app, self._spec, name=each.name, parameters=None
                )
                self._spec.tag({"name": each.name, "description": each.description})
            return self._spec

    @spec.setter
    def spec(self, spec: Any) -> None:
        self._spec = spec


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """A group of routes in the OpenAPI document."""

    ARGUMENTS_PARSER = RequestParser()

    def arguments(
        self, schema: Schema | type[Schema], *, location: str = "json"
    ) -> Callable[[View], View]:
        """Read a request by a schema, made once: webargs would make a class anew each time."""
        made = schema() if isinstance(schema, type) else schema
        reading: Callable[[View], View] = super().arguments(made, location=location)
        return reading

    if TYPE_CHECKING:

        def route(
            self, rule: str, *, methods: list[str] | None = None, endpoint: str | None = None
        ) -> Callable[[View], View]: ...
        def response(
            self, status_code: int, schema: Schema | type[Schema] | None = None
        ) -> Callable[[View], View]: ...
