"""`python -m sandbox [--port N]`: run the emulators in the foreground. Port 0 takes a free one."""

import argparse

from embedded import defaults
from sandbox.server import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=defaults.SANDBOX_PORT)
    port = parser.parse_args().port
    try:
        serve(port)
    except OSError as error:
        raise SystemExit(
            f"error: port {port}: {error.strerror}; choose another with NITRO_SANDBOX_PORT"
        ) from error


if __name__ == "__main__":
    main()
