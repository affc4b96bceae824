"""The entry point of gunicorn: the application built from the environment."""

from common import logs
from common.settings import Settings
from notifier.app import create_app

_settings = Settings.from_environment()
logs.configure(_settings, "notifier")
app = create_app(_settings)
