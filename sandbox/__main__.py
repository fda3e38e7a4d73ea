"""`python -m sandbox [--port N]`: run the emulators in the foreground. Port 0 takes a free one."""

import argparse

from embedded import defaults
from sandbox.server import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=defaults.SANDBOX_PORT)
    serve(parser.parse_args().port)


if __name__ == "__main__":
    main()
