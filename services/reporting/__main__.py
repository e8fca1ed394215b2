"""`python -m services.reporting`: run the service; with a command, what an operator needs."""

from services.reporting.app import build
from services.reporting.log_events import LOG_EVENTS
from services.reporting.settings import Settings
from shared.chassis.cli import command_line

app = command_line("reporting", Settings, build, LOG_EVENTS)

if __name__ == "__main__":
    app()
