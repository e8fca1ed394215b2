"""`python -m services.enrollment` runs the service; the other commands are for operators."""

from services.enrollment.app import NAME, build
from services.enrollment.cli import import_file
from services.enrollment.log_events import LOG_EVENTS
from services.enrollment.settings import Settings
from shared.chassis.cli import command_line
from shared.chassis.privacy.command_line import erase, erase_again, export

app = command_line(NAME, Settings, build, LOG_EVENTS)
app.command("import")(import_file)
app.command("erase")(erase)
app.command("export")(export)
app.command("erase-again")(erase_again)

if __name__ == "__main__":
    app()
