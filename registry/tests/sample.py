"""The sample of the Receita's files for tests: 37 zips, and what they hold (expected.json)."""

import io
import json
import zipfile
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from registry.models import City, Cnae
from registry.services.registry_import.files import DeliveryFile, split_line
from registry.services.registry_import.staging import TABLES

SAMPLE = Path(__file__).resolve().parents[2] / "sandbox" / "data" / "registry_sample"
EXPECTED = json.loads((SAMPLE / "expected.json").read_text(encoding="utf-8"))
CASES = EXPECTED["cases"]


def load_sample():
    """Load the sample through the command and return its counts."""
    out = io.StringIO()
    call_command("import_registry", str(SAMPLE), "--json", stdout=out)
    return json.loads(out.getvalue())


def forget_registry():
    """Empty the registry's tables, also when the tests of a whole module shared them."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE registry_registryimport, {', '.join(TABLES)}")


def forget_catalogs():
    """Empty the catalogs that the tests of a whole module shared; what refers to them is gone by then."""
    City.objects.all().delete()
    Cnae.objects.all().delete()


def raw_establishments():
    """The fields of the sample's lines, the last read of each CNPJ."""
    found = {}
    for shard in range(10):
        for line in DeliveryFile("", SAMPLE / f"Estabelecimentos{shard}.zip").lines():
            fields = split_line(line, 30)
            found["".join(fields[:3])] = fields
    return list(found.values())


def rewrite(path, change):
    """Replace the lines of the file inside the zip by `change(lines)`."""
    with zipfile.ZipFile(path) as archive:
        name = archive.namelist()[0]
        lines = archive.read(name).splitlines(keepends=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, b"".join(change(lines)))
