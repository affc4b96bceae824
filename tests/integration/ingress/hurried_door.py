"""The door as it ships, with less patience: the configuration file of a test's gunicorn."""

import os

from ingress import patience

patience.HEADER_SECONDS = patience.BODY_SECONDS = float(os.environ["TEST_PATIENCE_SECONDS"])
patience.IDLE_SECONDS = 2.0
patience.LINGER_SECONDS = 0.5
patience.GUEST_SECONDS = 2 * patience.BODY_SECONDS

from ingress.gunicorn_config import *  # noqa: E402, F403
