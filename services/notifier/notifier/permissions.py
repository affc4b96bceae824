"""What each role may do, and what each route and each action of a socket asks for. Pure: tables.

Closed by default: a route that is not named here keeps the application from starting, and what
a role is not granted here it may not do. Who has no role in a store never gets this far: for
them the store does not exist.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from common.errors import ConfigurationError
from common.openapi_page import ENDPOINTS

AGENT, SUPERVISOR, OWNER, ADMINISTRATOR = "agent", "supervisor", "owner", "administrator"
# An administrator's `may` on the wire, instead of a store's id.
EVERY_STORE = "*"


class Permission(StrEnum):
    """Something that may be done in a store, or, the last two, in the installation."""

    READ = "read"
    ANSWER = "answer"
    TAKE_OVER = "take_over"
    ASSIGN = "assign"
    RESOLVE = "resolve"
    SNOOZE = "snooze"
    SEE_STATS = "see_stats"
    READ_CATALOG = "read_catalog"
    SEE_COLLEAGUES = "see_colleagues"
    REFRESH_TEMPLATES = "refresh_templates"
    SEE_DEAD_LETTERS = "see_dead_letters"
    RETRY_DEAD_LETTERS = "retry_dead_letters"
    DISCARD_DEAD_LETTERS = "discard_dead_letters"
    READ_SETTINGS = "read_settings"
    CHANGE_SETTINGS = "change_settings"
    CHANGE_CATALOG = "change_catalog"
    CHANGE_CANNED = "change_canned"
    MANAGE_AGENTS = "manage_agents"
    RESUME_STORE = "resume_store"
    READ_AUDIT = "read_audit"
    REGISTER_STORES = "register_stores"
    BE_LOGGED_IN = "be_logged_in"


_P = Permission
_AGENTS = frozenset(
    {
        *(_P.READ, _P.ANSWER, _P.TAKE_OVER, _P.ASSIGN, _P.RESOLVE, _P.SNOOZE),
        *(_P.SEE_STATS, _P.READ_CATALOG, _P.SEE_COLLEAGUES, _P.REFRESH_TEMPLATES),
        *(_P.SEE_DEAD_LETTERS, _P.RETRY_DEAD_LETTERS, _P.BE_LOGGED_IN),
    }
)
_SUPERVISORS = _AGENTS | {_P.DISCARD_DEAD_LETTERS, _P.READ_SETTINGS, _P.CHANGE_CANNED}
_OWNERS = _SUPERVISORS | {
    *(_P.CHANGE_SETTINGS, _P.CHANGE_CATALOG, _P.MANAGE_AGENTS, _P.RESUME_STORE, _P.READ_AUDIT),
}
GRANTED: Mapping[str, frozenset[Permission]] = {
    AGENT: _AGENTS,
    SUPERVISOR: _SUPERVISORS,
    OWNER: _OWNERS,
    ADMINISTRATOR: _OWNERS | {_P.REGISTER_STORES},
}

# Endpoints that ask for no log-in.
OPEN = ENDPOINTS | {
    *("index", "static", "api-docs.openapi_json", "healthz", "readyz", "metrics"),
    "sign_in.log_in",
}
# The one route that an administrator may ask about a store that is not there yet.
MAKES_ITS_STORE = ("PUT", "stores.one_store")

_CHANGES = ("POST", "PUT", "PATCH", "DELETE")


def _belongings(kind: str, read: Permission, change: Permission) -> dict[tuple[str, str], _P]:
    needed = {("GET", f"stores.{each}"): read for each in (kind, f"one_of_{kind}")}
    for method in _CHANGES:
        needed[method, f"stores.{kind if method == 'POST' else f'one_of_{kind}'}"] = change
    return needed


ROUTES: Mapping[tuple[str, str], Permission] = {
    ("POST", "sign_in.log_out"): _P.BE_LOGGED_IN,
    ("GET", "sign_in.me"): _P.BE_LOGGED_IN,
    ("POST", "sign_in.change_password"): _P.BE_LOGGED_IN,
    ("POST", "sign_in.end_log_ins"): _P.BE_LOGGED_IN,
    ("GET", "stores.list_stores"): _P.BE_LOGGED_IN,
    ("GET", "serve"): _P.BE_LOGGED_IN,  # the socket; each of its actions asks for itself
    ("GET", "conversations.list_sessions"): _P.READ,
    ("GET", "conversations.count_sessions"): _P.READ,
    ("GET", "conversations.list_messages"): _P.READ,
    ("GET", "conversations.one_message"): _P.READ,
    ("GET", "media.show_media"): _P.READ,
    ("GET", "contacts.show_contact"): _P.READ,
    ("POST", "contacts.add_note"): _P.ANSWER,
    ("POST", "contacts.block"): _P.ANSWER,
    ("POST", "commands.send"): _P.ANSWER,
    ("POST", "commands.mark_read"): _P.ANSWER,
    ("POST", "starting.start"): _P.ANSWER,
    ("POST", "retries.retry"): _P.ANSWER,
    ("POST", "attachments.add"): _P.ANSWER,
    ("GET", "templates.list_templates"): _P.ANSWER,
    ("POST", "templates.preview"): _P.ANSWER,
    ("POST", "templates.refresh"): _P.REFRESH_TEMPLATES,
    ("GET", "goods.list_goods"): _P.READ_CATALOG,
    ("GET", "canned.list_canned"): _P.ANSWER,
    ("POST", "canned.add"): _P.CHANGE_CANNED,
    ("PUT", "canned.change"): _P.CHANGE_CANNED,
    ("DELETE", "canned.remove"): _P.CHANGE_CANNED,
    ("POST", "ownership.take_over"): _P.TAKE_OVER,
    ("POST", "ownership.release"): _P.TAKE_OVER,
    ("POST", "ownership.assign"): _P.ASSIGN,
    ("POST", "ownership.resolve"): _P.RESOLVE,
    ("POST", "snoozing.snooze"): _P.SNOOZE,
    ("POST", "snoozing.unsnooze"): _P.SNOOZE,
    ("GET", "stats.show_stats"): _P.SEE_STATS,
    ("GET", "dead_letters.list_dead_letters"): _P.SEE_DEAD_LETTERS,
    ("POST", "dead_letters.retry"): _P.RETRY_DEAD_LETTERS,
    ("POST", "dead_letters.discard"): _P.DISCARD_DEAD_LETTERS,
    ("POST", "store_pausing.resume"): _P.RESUME_STORE,
    ("GET", "audit.list_entries"): _P.READ_AUDIT,
    ("POST", "stores.add_store"): _P.REGISTER_STORES,
    ("GET", "stores.one_store"): _P.READ_SETTINGS,
    ("PUT", "stores.one_store"): _P.CHANGE_SETTINGS,
    ("PATCH", "stores.one_store"): _P.CHANGE_SETTINGS,
    **_belongings("products", _P.READ_CATALOG, _P.CHANGE_CATALOG),
    **_belongings("knowledge", _P.READ_CATALOG, _P.CHANGE_CATALOG),
    **_belongings("agents", _P.SEE_COLLEAGUES, _P.MANAGE_AGENTS),
}
SOCKET_ACTIONS: Mapping[str, Permission] = {
    "hello": _P.READ,
    "join_session": _P.READ,
    "leave_session": _P.READ,
    "typing": _P.ANSWER,
}


def needed_for(method: str, endpoint: str) -> Permission | None:
    """Name what a route asks for; None for one that is not known, which nobody may use."""
    if method == "OPTIONS":
        return Permission.BE_LOGGED_IN
    return ROUTES.get(("GET" if method == "HEAD" else method, endpoint))


def may(role: str | None, permission: Permission | None) -> bool:
    """Say whether a role is granted something; without a role only to be logged in."""
    if role is None:
        return permission is Permission.BE_LOGGED_IN
    return permission in GRANTED.get(role, frozenset())


def granted_to(role: str) -> list[str]:
    """List what a role may do, for a page that shows no more than that."""
    return sorted(GRANTED.get(role, frozenset()) - {Permission.BE_LOGGED_IN})


def check_routes(routes: Iterable[tuple[str, str]]) -> None:
    """Raise ConfigurationError for a method and endpoint that no table here names."""
    unnamed = sorted(
        f"{method} {endpoint}"
        for method, endpoint in routes
        if endpoint not in OPEN and needed_for(method, endpoint) is None
    )
    if unnamed:
        raise ConfigurationError(f"No permission is named for: {', '.join(unnamed)}.")
