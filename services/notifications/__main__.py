"""`python -m services.notifications`: run the service, or one of the operator's commands."""

from services.notifications.app import NAME, build
from services.notifications.log_events import LOG_EVENTS
from services.notifications.settings import Settings
from shared.chassis.cli import command_line

app = command_line(NAME, Settings, build, LOG_EVENTS)

if __name__ == "__main__":
    app()
