"""Where everything of the embedded default lives. Every port can be set in the environment."""

import os
from pathlib import Path

from embedded.environment_file import read_environment_file

ROOT = Path(__file__).resolve().parent.parent
if os.environ.get("NITRO_ENV_FILE"):
    read_environment_file(Path(os.environ["NITRO_ENV_FILE"]))  # tests and checks name an empty one
elif (ROOT / ".env").is_file():
    read_environment_file(ROOT / ".env")

HOME = Path(os.environ.get("NITRO_HOME", ROOT / ".nitro"))


def _port(name: str, default: int) -> int:
    value = os.environ.get(name, str(default))
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
        raise SystemExit(f"{name} must be a port number between 1 and 65535, not {value!r}")
    return int(value)


WEB_PORT = _port("NITRO_WEB_PORT", 8000)
SANDBOX_PORT = _port("NITRO_SANDBOX_PORT", 8100)
SEFIN_PORT = _port("NITRO_SEFIN_PORT", 8101)
POSTGRES_PORT = _port("NITRO_POSTGRES_PORT", 54329)
BROKER_PORT = _port("NITRO_BROKER_PORT", 63791)
CACHE_PORT = _port("NITRO_CACHE_PORT", 63792)

DATABASE_URL = f"postgresql://postgres@127.0.0.1:{POSTGRES_PORT}/nitro"
BROKER_URL = f"redis://127.0.0.1:{BROKER_PORT}/0"
CACHE_URL = f"redis://127.0.0.1:{CACHE_PORT}/0"
SANDBOX_URL = f"http://127.0.0.1:{SANDBOX_PORT}"
SEFIN_URL = f"https://127.0.0.1:{SEFIN_PORT}"
SANDBOX_CA_FILE = HOME / "sandbox" / "pki" / "ca.pem"
