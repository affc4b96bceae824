"""Log in, log out, who am I, and what one does with one's own account."""

from flask import Response, make_response, request

from common.openapi import Blueprint
from notifier import known_browsers
from notifier.access import console_session
from notifier.console_sessions import LIFETIME, ConsoleSession, key_of
from notifier.parts import parts
from notifier.schemas.sign_in import (
    EndedLogInsSchema,
    LoggedInSchema,
    LogInSchema,
    PasswordChangeSchema,
)
from notifier.sign_in import LoggedIn

blueprint = Blueprint("sign_in", __name__, description="The log-in.")


@blueprint.route("/api/login", methods=["POST"])
@blueprint.arguments(LogInSchema)
@blueprint.response(200, LoggedInSchema)
def log_in(form: dict[str, str]) -> Response:
    """Log in: sets the cookie; whatever is wrong, one answer."""
    origin = request.headers.get("Origin")
    if origin is not None:  # browsers always say it here; another page must not log anyone in
        parts().access.check_origin(origin)
    caller = parts().access.caller()
    opened = parts().sign_in.log_in(form["email"], form["password"], caller)
    _end_former_log_in()
    return _welcome(opened)


@blueprint.route("/api/logout", methods=["POST"])
@blueprint.response(204)
def log_out() -> Response:
    """Log out: the session and its sockets end at once."""
    parts().sign_in.log_out(console_session().key)
    response = make_response("", 204)
    cookie = parts().access.cookie
    response.delete_cookie(
        cookie.name, path="/", secure=cookie.secure, httponly=True, samesite="Strict"
    )
    return response


@blueprint.route("/api/me", methods=["GET"])
@blueprint.response(200, LoggedInSchema)
def me() -> Response:
    """Say who is logged in and what they may do, as the log-in did."""
    return _who(console_session())


@blueprint.route("/api/password", methods=["POST"])
@blueprint.arguments(PasswordChangeSchema)
@blueprint.response(200, LoggedInSchema)
def change_password(form: dict[str, str]) -> Response:
    """Change one's own password: every log-in ends, and this browser gets a new one.

    403 `wrong_password` when the old one is wrong, which counts as a wrong password at a
    log-in does; 400 for a new one that will not do.
    """
    caller = parts().access.caller()
    return _welcome(
        parts().sign_in.change_password(console_session(), form["old"], form["new"], caller)
    )


@blueprint.route("/api/log-ins/end", methods=["POST"])
@blueprint.response(200, EndedLogInsSchema)
def end_log_ins() -> dict[str, int]:
    """End all of one's other log-ins, with their sockets."""
    return {"ended": parts().sign_in.end_others(console_session())}


def _welcome(opened: LoggedIn) -> Response:
    """Answer with who it is, and set the cookies."""
    response = _who(opened.session)
    cookie = parts().access.cookie
    kept = {cookie.name: (opened.token, LIFETIME)}
    kept[cookie.browser_name] = (opened.browser, known_browsers.LIFE)
    for name, (value, life) in kept.items():
        response.set_cookie(
            name,
            value,
            max_age=life,
            path="/",
            secure=cookie.secure,
            httponly=True,
            samesite="Strict",
        )
    return response


def _who(session: ConsoleSession) -> Response:
    me = session.agent
    answer = {"agent": me, "csrf_token": session.csrf_token, "may": me.may()}
    return make_response(LoggedInSchema().dump(answer))


def _end_former_log_in() -> None:
    """End the log-in that this one replaces in the same browser."""
    former = request.cookies.get(parts().access.cookie.name)
    if former:
        parts().sign_in.log_out(key_of(former))
