"""What the driver says to the server."""

from typing import Any

from pymongo.monitoring import CommandListener


class Heard(CommandListener):
    """Commands of these names with their write concerns, in the order in which they were said."""

    def __init__(self, *names: str) -> None:
        self._names = names
        self.said: list[tuple[str, Any]] = []

    def started(self, event: Any) -> None:
        """Every command."""
        if event.command_name in self._names:
            self.said.append((event.command_name, event.command.get("writeConcern")))

    def succeeded(self, event: Any) -> None:
        """Not looked at."""

    def failed(self, event: Any) -> None:
        """Not looked at."""
