"""What gunicorn serves."""

from common.settings import Settings
from ingress.app import create_app

app = create_app(Settings.from_environment())
