"""`make setup`: makes .venv from the lock and looks whether the embedded parts can run here.

Runs on the machine's own Python, so it uses the standard library only. The same again does nothing.
"""

import ctypes
import hashlib
import platform
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
LOCK = ROOT / "dev" / "requirements.lock"
STAMP = VENV / "made-from"
OLDEST = (3, 11)
LIBRARIES = {"libcurl.so.4": "libcurl4", "libssl.so.3": "libssl3", "liblzma.so.5": "liblzma5"}
CONTAINERS = "Or run everything in containers instead: make up"


def main() -> None:
    """Make the environment, or say what is missing and what to do."""
    if sys.version_info < OLDEST:
        stop(
            f"Python {sys.version.split()[0]} is too old; Obverse needs 3.11 or newer.", CONTAINERS
        )
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return
    check_machine()
    print("making .venv from dev/requirements.lock (about 100 packages) ...", flush=True)
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except (OSError, subprocess.CalledProcessError):
        stop("Python's module venv does not work here.", "On Debian: apt-get install python3-venv")
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
    done = subprocess.run([*pip, "--requirement", str(LOCK)], check=False)
    if done.returncode:
        stop("Some package could not be installed; the lines above say which.", CONTAINERS)
    STAMP.write_text(wanted, encoding="utf-8")
    print("ready", flush=True)


def check_machine() -> None:
    """The embedded broker and database are programs for Linux on x86_64, and need three libraries."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        here = f"{platform.system()} on {platform.machine()}"
        stop(
            f"The embedded broker and database are for Linux on x86_64, not for {here}.", CONTAINERS
        )
    missing = sorted(package for name, package in LIBRARIES.items() if not loads(name))
    if missing:
        packages = " ".join(missing)
        stop(
            f"The embedded database needs libraries that are not here: {packages}.",
            f"On Debian or Ubuntu: apt-get install {packages}",
            CONTAINERS,
        )


def loads(library: str) -> bool:
    """Whether a shared library is there."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def stop(*lines: str) -> None:
    """Say what is wrong and what to do, and end."""
    print("\n".join(lines), file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
