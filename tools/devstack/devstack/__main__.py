"""`python -m devstack run | servers -- <command> | chat | token | settings`."""

import argparse
import sys

from common.errors import ConfigurationError
from common.settings import Settings, described
from devstack.announcement import print_table
from devstack.chat import Customer, chat
from devstack.errors import DevstackError, StopRequestedError
from devstack.guarded_command import run_with_servers
from devstack.keys import internal_token
from devstack.processes import adopt_orphans
from devstack.stack import Stack
from devstack.stop_signals import StopSignals


def _run() -> int:
    with StopSignals() as signals:
        adopt_orphans()
        Stack(Settings.from_environment(), signals).run()
    return 0


def _settings() -> int:
    rows = [(each.name, each.default or "(unset)", each.doc) for each in described()]
    print_table([("Name", "Default", "Meaning"), *rows])
    return 0


def _token(audience: str, store: str) -> int:
    print(internal_token(Settings.from_environment(), audience, store))
    return 0


def _chat(customer: Customer) -> int:
    settings = Settings.from_environment()
    chat(settings.simulator_url, customer, sys.stdin, patient=not sys.stdin.isatty())
    return 0


def _parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="devstack", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("run", help="start everything, until Ctrl-C")
    servers = verbs.add_parser("servers", help="run a command with embedded servers")
    servers.add_argument("command", nargs="+")
    customer = verbs.add_parser("chat", help="write to a store as a customer, here in the terminal")
    customer.add_argument("--store", default="store-1", help="a store id")
    customer.add_argument("--from", dest="phone", default="573001112233", help="digits")
    token = verbs.add_parser("token", help="print an internal token that lives 60 s")
    token.add_argument("--store", default="*", help="a store id; * opens every store")
    token.add_argument("--audience", default="catalog", help="the service it is for")
    verbs.add_parser("settings", help="print every setting")
    return parser.parse_args(arguments)


def _do(asked: argparse.Namespace) -> int:
    match asked.verb:
        case "run":
            return _run()
        case "servers":
            return run_with_servers(Settings.from_environment(), asked.command)
        case "chat":
            return _chat(Customer(asked.phone, asked.store))
        case "token":
            return _token(asked.audience, asked.store)
        case _:
            return _settings()


def main(arguments: list[str]) -> int:
    """Do what was asked; a failure is one sentence on stderr and exit code 1."""
    asked = _parsed(arguments)
    try:
        return _do(asked)
    except (DevstackError, ConfigurationError, OSError) as error:
        print(f"mostrador: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, StopRequestedError):
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
