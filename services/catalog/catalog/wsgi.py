"""The entry point of gunicorn: the application built from the environment."""

from catalog.app import create_app
from common import logs
from common.settings import Settings

_settings = Settings.from_environment()
logs.configure(_settings, "catalog")
app = create_app(_settings)
