"""The command: write what is generated, or say what differs (exit 1)."""

import argparse
import sys
from pathlib import Path

from dev.contracts import files
from dev.contracts.releases import changes_since_release, last_release

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Run the command on a tree; 0 is good, 1 says that something differs or breaks a released contract."""
    parser = argparse.ArgumentParser(prog="python -m dev.contracts", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, name what differs")
    check = parser.parse_args(arguments).check
    stale = files.stale(root)
    if stale and not check:
        files.write(root)
    for name in stale:
        print(f"{'differs from the catalogue' if check else 'written'}: {name}")
    if stale and check:
        print("run `make contracts` and commit what it writes")
    return 1 if _breaks_a_release(root) or (check and stale) else 0


def _breaks_a_release(root: Path) -> bool:
    tag = last_release(root)
    if tag is None:
        print(
            "compatibility: no release tag yet, so nothing to keep; contracts freeze with the first"
        )
        return False
    problems = changes_since_release(root, tag)
    for problem in problems:
        print(f"breaks {tag}: {problem}")
    if not problems:
        print(f"compatibility: every contract of {tag} still holds")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
