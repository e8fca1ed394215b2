"""The command: write the generated parts of the documents, or say what differs (exit 1)."""

import argparse
import sys
from pathlib import Path

from dev.documents import links, mentions, pages

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Run the command on a tree; 0 is good, 1 says that a page differs or names what is not there."""
    parser = argparse.ArgumentParser(prog="python -m dev.documents", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, name what differs")
    check = parser.parse_args(arguments).check
    stale = pages.stale(root)
    for path, text in stale.items():
        print(f"{'differs from the code' if check else 'written'}: {path}")
        if not check:
            (root / path).write_text(text, encoding="utf-8")
    broken = [*links.broken(root), *mentions.lost(root)]
    for link in broken:
        print(f"leads nowhere: {link}")
    if stale and check:
        print("run `python -m dev.documents` and commit what it writes")
    return 1 if broken or (check and stale) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
