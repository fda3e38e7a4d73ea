"""`python -m embedded.chromium`: make sure that the browser tests have a browser.

Finds Chromium or Chrome, or installs Debian's package when run as root; else says what to install.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
WHAT_TO_INSTALL = (
    "error: the browser tests need Chromium. Install it with `apt-get install chromium` (as root), "
    "or set NITRO_CHROMIUM to the path of a Chromium or Chrome executable."
)


class ChromiumMissing(RuntimeError):
    """No browser was found; the message says what to install."""


def find_chromium() -> str | None:
    """Return the path of a Chromium or Chrome executable, or None. NITRO_CHROMIUM decides if set."""
    chosen = os.environ.get("NITRO_CHROMIUM")
    if chosen:
        return shutil.which(chosen)
    return next(filter(None, map(shutil.which, NAMES)), None)


def get_chromium() -> str:
    """Return the path of the executable. Raises ChromiumMissing."""
    path = find_chromium()
    if path is None:
        raise ChromiumMissing(WHAT_TO_INSTALL)
    return path


def main() -> int:
    if find_chromium() is None and _can_install():
        print("Installing Chromium for the browser tests…", flush=True)
        _install()
    if find_chromium() is None:
        print(WHAT_TO_INSTALL, file=sys.stderr)
        return 1
    return 0


def _can_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None and not os.environ.get("NITRO_CHROMIUM")


def _install() -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        result = subprocess.run(["apt-get", *arguments], env=environment, stdout=subprocess.DEVNULL)
        if result.returncode:
            return


if __name__ == "__main__":
    sys.exit(main())
