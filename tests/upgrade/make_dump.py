"""Make rows.sql.xz, expected.json and files/ with the code of 69d6da9, in a checkout of it: see README.md.

Starts that commit's whole product (web, workers, beat, sandbox) on servers of its own, has the demo seeded
and people do their work (fill.py), writes down what the code reads (reading.py), and dumps the database.
"""

import lzma
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(Path.cwd()))  # the checkout

from embedded.servers import POSTGRES_BIN, Services  # noqa: E402
from tests.support.product import Product, running_product  # noqa: E402

NOT_KEPT = ("django_session", "queue_worker_worker")  # of browsers and processes


def main() -> None:
    """Make everything again, in about four minutes."""
    for line in (HERE / "keys.env").read_text().splitlines():
        name, _, value = line.partition("=")
        if value:
            os.environ[name] = value
    home = Path(tempfile.mkdtemp(prefix="nitro-dump-"))
    services = Services.temporary(home)
    services.start()
    os.environ.update(services.environment())
    try:
        (home / "product").mkdir()
        with running_product(home / "product", name="upgrade", certificates=True) as product:
            shell(product, "import fill; fill.fill()")
            product.stop()
            shell(product, "import reading; reading.write_everything()")
            dump(product.environment["DATABASE_URL"])
            shutil.rmtree(HERE / "files", ignore_errors=True)
            shutil.copytree(product.home / "files" / "packages", HERE / "files" / "packages")
    finally:
        services.remove()


def shell(product: Product, code: str) -> None:
    """Run code of this folder with the checkout's Django."""
    environment = {**product.environment, "PYTHONPATH": str(HERE)}
    subprocess.run([sys.executable, "manage.py", "shell", "-c", code], env=environment, check=True)


def dump(url: str) -> None:
    left_out = [f"--exclude-table-data={name}" for name in NOT_KEPT]
    command = [POSTGRES_BIN / "pg_dump", "--no-owner", "--no-privileges", "--restrict-key=upgrade", *left_out]
    sql = subprocess.run([*command, url], check=True, capture_output=True).stdout
    (HERE / "rows.sql.xz").write_bytes(lzma.compress(sql, preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main()
