"""What a library says again and again is written once in ten seconds.

Without a broker, aiokafka tells of each try to connect: two hundred lines a second from one process, and none of
them news. Our own lines are outcomes, and none of them is left out.
"""

import logging

SECONDS = 10.0
MOST = (
    1_000  # texts that are remembered; a library that makes each text anew is not followed further
)


class Repeats(logging.Filter):
    """Lets the first of equal records through, and later one that says in `repeated` how many were not."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, int, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Equal is what comes from the same logger, at the same level, with the same text before its values."""
        if isinstance(record.msg, dict):  # ours, from structlog
            return True
        key = (record.name, record.levelno, str(record.msg))
        last, left_out = self._said.get(key, (float("-inf"), 0))
        if record.created < last + SECONDS:
            self._said[key] = (last, left_out + 1)
            return False
        if len(self._said) >= MOST:
            self._said.clear()
        self._said[key] = (record.created, 0)
        if left_out:
            record.repeated = left_out
        return True
