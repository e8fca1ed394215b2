"""The list of decision records, from their own first lines."""

import re
from pathlib import Path

_FILE = re.compile(r"\d{4}-[a-z0-9-]+\.md")
_TITLE = re.compile(r"# (?P<number>\d{4}) (?P<title>.+)")


def index(root: Path) -> str:
    """A line per record, in their order. Raises ValueError where number and file name differ."""
    lines = []
    for path in sorted((root / "docs/decisions").iterdir()):
        if not _FILE.fullmatch(path.name):
            continue
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        found = _TITLE.fullmatch(first)
        if found is None or not path.name.startswith(found["number"]):
            raise ValueError(f"{path.name} must begin with `# NNNN title` and its own number")
        lines.append(f"| {found['number']} | [{found['title']}]({path.name}) |\n")
    return "| number | decision |\n| --- | --- |\n" + "".join(lines)
