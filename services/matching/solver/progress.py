"""How far a child process is, told to whoever started it."""

import json
import sys

EVERY = 100


def tell(step: str, done: int, total: int) -> None:
    """A line of JSON on stderr, for each hundredth and for the last."""
    if done % EVERY == 0 or done == total:
        line = json.dumps({"step": step, "done": done, "total": total})
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
