"""Opens one PFX in a process of its own: `python -m fiscal.documents.pfx_trial`, the order on standard input.

It ends with 0 when opening ended by itself, whatever came of it. The kernel ends it when that costs too much.
"""

import json
import resource
import sys

from cryptography.hazmat.primitives.serialization import pkcs12

MEMORY = 1024 * 1024 * 1024


def main() -> None:
    order = json.load(sys.stdin)
    started = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    seconds = int(started) + order["seconds"]
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        pkcs12.load_key_and_certificates(bytes.fromhex(order["data"]), order["password"].encode() or None)
    except (ValueError, TypeError):
        return


if __name__ == "__main__":
    main()
