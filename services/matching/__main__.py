"""`python -m services.matching`: runs the service, or one of the operator's commands."""

from services.matching.app import NAME, build
from services.matching.cli import simulate, verify
from services.matching.log_events import LOG_EVENTS
from services.matching.settings import Settings
from shared.chassis.cli import command_line

app = command_line(NAME, Settings, build, LOG_EVENTS)
app.command()(simulate)
app.command()(verify)

if __name__ == "__main__":
    app()
