"""What Linux says of a process, by its id."""

from pathlib import Path


def state_of(pid: int) -> str:
    """One letter, as proc(5) has it: T for a process that stands still, Z for a zombie."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def lives(pid: int) -> bool:
    """False for a process that is gone, or a zombie that nobody has collected yet."""
    try:
        return state_of(pid) != "Z"
    except FileNotFoundError:
        return False


async def gone(pid: int) -> bool:
    """To be waited for."""
    return not lives(pid)
