"""`python -m sandbox [--port N] [--sefin-port N]`: run the emulators. Port 0: a free one."""

import argparse

from embedded import defaults
from sandbox.server import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=defaults.SANDBOX_PORT)
    parser.add_argument("--sefin-port", type=int, default=defaults.SEFIN_PORT)
    ports = parser.parse_args()
    try:
        serve(ports.port, ports.sefin_port)
    except OSError as error:
        raise SystemExit(
            f"error: port {ports.port} or {ports.sefin_port}: {error.strerror};"
            " choose others with NITRO_SANDBOX_PORT and NITRO_SEFIN_PORT"
        ) from error


if __name__ == "__main__":
    main()
