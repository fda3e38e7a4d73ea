"""`python -m embedded.clock MOMENT COMMAND…` runs a command, and all that it starts, at another time of day.

MOMENT is like 2026-12-31T23:58-03:00; the clock goes on from there. Servers, workers and browsers follow,
as they inherit a preloaded library (clock.c), which is compiled on the spot. Times of files stay real: the
kernel writes them.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

SOURCE = Path(__file__).with_name("clock.c")
COMPILERS = ("cc", "gcc", "clang")
WHAT_TO_INSTALL = (
    "error: another time of day needs a C compiler. "
    "Install one with `apt-get install gcc libc6-dev` (as root)."
)


class CompilerMissing(RuntimeError):
    """No C compiler was found; the message says what to install."""


def find_compiler() -> str | None:
    """Return the path of a C compiler, or None."""
    return next(filter(None, map(shutil.which, COMPILERS)), None)


def build_library(folder: Path) -> Path:
    """Compile clock.c into a folder and return the library. Raises CompilerMissing."""
    compiler = find_compiler()
    if compiler is None:
        raise CompilerMissing(WHAT_TO_INSTALL)
    library = folder / "clock.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, SOURCE], check=True)
    folder.chmod(0o755)  # PostgreSQL loads it too, as a user of its own
    return library


def shifted_environment(moment: datetime, library: Path) -> dict[str, str]:
    """Return the variables under which a program started now takes it to be the moment, an aware one."""
    shift = round(moment.timestamp() - time.time())
    return {**os.environ, "LD_PRELOAD": str(library), "NITRO_CLOCK_SHIFT": str(shift)}


def main(moment: str, *command: str) -> int:
    """Run the command to its end and return its exit code."""
    when = datetime.fromisoformat(moment)
    if when.tzinfo is None:
        print(f"error: {moment} says no zone: write {moment}-03:00 for São Paulo", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="nitro-clock-") as folder:
        try:
            library = build_library(Path(folder))
        except CompilerMissing as error:
            print(error, file=sys.stderr)
            return 1
        return subprocess.run(command, env=shifted_environment(when, library)).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
