"""`python -m embedded.restarting COMMAND…` runs a command again whenever it dies, as systemd would do.

It ends when it is told to (SIGTERM or SIGINT to its process group, which reaches the command too), or when
the command dies three times in a row before it ran for five seconds: then starting it again does not help.
"""

import signal
import subprocess
import sys
import time
from types import FrameType

QUICK_SECONDS = 5.0
QUICK_DEATHS = 3
PAUSE_SECONDS = 1.0


def main(command: list[str]) -> int:
    """Run the command until told to stop; return its last exit code, 0 after a wanted stop."""
    told: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    deaths = 0
    while not told:
        started = time.monotonic()
        code = subprocess.Popen(command).wait()
        deaths = deaths + 1 if time.monotonic() - started < QUICK_SECONDS else 1
        if not told and deaths == QUICK_DEATHS:
            return code or 1
        if not told:
            print(f"ended with {code}; starting it again", flush=True)
            time.sleep(PAUSE_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
