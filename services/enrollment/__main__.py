"""`python -m services.enrollment` runs the service; the other commands are for operators."""

from services.enrollment.app import NAME, build
from services.enrollment.cli import import_file
from services.enrollment.log_events import LOG_EVENTS
from services.enrollment.settings import Settings
from shared.chassis.cli import command_line

app = command_line(NAME, Settings, build, LOG_EVENTS)
app.command("import")(import_file)

if __name__ == "__main__":
    app()
