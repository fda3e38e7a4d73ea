"""Loads that are repeated, crash, meet damage or come at once; and the pieces (registry.md §3)."""

import io
import json
import re
import shutil
import tracemalloc
import zipfile
from collections import Counter
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from psycopg import connect

from registry.models import RegistryCompany, RegistryEstablishment, RegistryImport, RegistryPartner
from registry.services.registry_import import (
    ImportRunning,
    MissingFiles,
    RegistryImportError,
    SuspiciousDelivery,
    import_registry,
    staging,
)
from registry.services.registry_import.files import DeliveryFile, read_delivery_date, split_line
from registry.services.registry_import.report import TableCounts
from registry.services.registry_import.rows import TARGETS
from registry.services.registry_import.run import _blocks
from registry.tests.sample import CASES, EXPECTED, SAMPLE, load_sample, rewrite

pytestmark = pytest.mark.django_db(transaction=True)


def copy_of_sample(tmp_path):
    folder = tmp_path / "delivery"
    shutil.copytree(SAMPLE, folder)
    return folder


def test_a_second_load_gives_the_same_tables():
    first = load_sample()
    second = load_sample()
    assert first["tables"] == second["tables"]
    assert RegistryImport.objects.filter(status="published").count() == 2


def test_indexes_keep_their_names_after_the_switch():
    def indexes():
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'registry_reg%' ORDER BY 1")
            return [row[0] for row in cursor.fetchall()]

    before = indexes()
    load_sample()
    assert indexes() == before


def test_a_crash_in_the_middle_leaves_the_tables_in_use_alone():
    before = load_sample()["tables"]

    def crash(_step):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_registry(folder=SAMPLE, progress=crash)
    assert RegistryCompany.objects.count() == before["companies"]["inserted"]
    assert RegistryImport.objects.latest("pk").status == "failed"
    assert load_sample()["tables"] == before


def test_a_run_that_died_without_a_word_is_marked_as_failed():
    dead = RegistryImport.objects.create(started_at="2026-11-01T00:00:00Z")
    load_sample()
    dead.refresh_from_db()
    assert (dead.status, dead.error) == ("failed", "interrupted")


def test_two_loads_at_once_are_refused():
    with connect(**{**connection.get_connection_params(), "cursor_factory": None}) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [staging.LOCK_KEY])
        with pytest.raises(ImportRunning):
            import_registry(folder=SAMPLE)


def test_a_load_that_fails_ends_its_session_with_lock_and_settings():
    sessions = []

    def stop(_step):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid(), current_setting('work_mem')")
            sessions.append(cursor.fetchone())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_registry(folder=SAMPLE, progress=stop)

    [(of_load, memory)] = sessions
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), current_setting('work_mem')")
        assert cursor.fetchone()[0] != of_load
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [staging.LOCK_KEY]
        )
        assert cursor.fetchone() == (0,)
    assert memory == "256MB"


def test_a_missing_file_is_named(tmp_path):
    folder = copy_of_sample(tmp_path)
    (folder / "Socios7.zip").unlink()
    with pytest.raises(CommandError, match=r"Socios7\.zip"):
        call_command("import_registry", str(folder))
    with pytest.raises(MissingFiles):
        import_registry(folder=tmp_path / "nowhere")


def test_a_damaged_zip_is_refused_and_nothing_changes(tmp_path):
    folder = copy_of_sample(tmp_path)
    path = folder / "Socios3.zip"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(RegistryImportError, match=r"Socios3\.zip"):
        import_registry(folder=folder)
    assert not RegistryCompany.objects.exists()


def encrypted(content):
    """The same zip with the password flag set in both headers."""
    changed = bytearray(content)
    changed[6] |= 1
    changed[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def of_unknown_method(content):
    changed = bytearray(content)
    changed[8:10] = (99).to_bytes(2, "little")
    directory = content.index(b"PK\x01\x02") + 10
    changed[directory : directory + 2] = (99).to_bytes(2, "little")
    return bytes(changed)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (encrypted, "protegido por senha"),
        (of_unknown_method, "compressão desconhecida"),
        (lambda content: content[: len(content) // 2], "danificado"),
        (lambda _content: b"", "danificado"),
        (lambda _content: b"<html>not found</html>", "danificado"),
        (lambda content: content[:60] + b"\x00" * 200 + content[260:], "danificado"),
    ],
    ids=["encrypted", "unknown method", "cut", "empty", "a web page", "overwritten"],
)
def test_a_zip_that_cannot_be_read_ends_in_a_sentence_with_its_name(tmp_path, spoil, told):
    folder = copy_of_sample(tmp_path)
    path = folder / "Socios3.zip"
    path.write_bytes(spoil(path.read_bytes()))

    with pytest.raises(CommandError, match=rf"não pôde ser lido.*Socios3\.zip.*{told}"):
        call_command("import_registry", str(folder), stderr=io.StringIO())
    assert not RegistryCompany.objects.exists()


@pytest.mark.parametrize("names", [[], ["one.CSV", "two.CSV"], ["folder/"]])
def test_a_zip_that_does_not_hold_one_file_ends_in_a_sentence(tmp_path, names):
    folder = copy_of_sample(tmp_path)
    with zipfile.ZipFile(folder / "Simples.zip", "w") as archive:
        for name in names:
            archive.writestr(name, b"")

    with pytest.raises(CommandError, match=r"Simples\.zip: \d itens"):
        call_command("import_registry", str(folder), stderr=io.StringIO())


def date_code(day):
    """As inner names write it: last digit of the year, month, day."""
    return f".D{day.year % 10}{day:%m%d}"


def redated(folder, code):
    """The delivery with another date in its inner names; with no date for ""."""
    for path in folder.glob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            name = archive.namelist()[0]
            content = archive.read(name)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(re.sub(r"\.D[0-9]{5}", code, name), content)
    return folder


def test_a_delivery_without_a_readable_date_is_refused(tmp_path):
    folder = redated(copy_of_sample(tmp_path), "")

    with pytest.raises(CommandError, match="não traz a data"):
        call_command("import_registry", str(folder), stderr=io.StringIO())
    assert not RegistryCompany.objects.exists()
    assert RegistryImport.objects.get().status == "failed"


def test_a_delivery_too_old_to_be_used_says_so_loudly(tmp_path):
    long_ago = timezone.localdate() - timedelta(days=settings.LEADS_REGISTRY_MAX_AGE_DAYS + 1)
    folder = redated(copy_of_sample(tmp_path), date_code(long_ago))
    out, err = io.StringIO(), io.StringIO()

    call_command("import_registry", str(folder), "--json", stdout=out, stderr=err)

    assert "Nenhuma busca vai usar estes dados" in err.getvalue()
    assert json.loads(out.getvalue())["warning"].startswith("ATENÇÃO")
    assert RegistryImport.objects.get().report["warning"]


def test_a_fresh_delivery_warns_of_nothing(tmp_path):
    today = timezone.localdate()
    folder = redated(copy_of_sample(tmp_path), date_code(today))
    err = io.StringIO()

    call_command("import_registry", str(folder), "--json", stdout=io.StringIO(), stderr=err)

    assert "ATENÇÃO" not in err.getvalue()


def test_a_field_that_ends_in_the_separator_is_mended_and_counted(tmp_path):
    folder = copy_of_sample(tmp_path)
    cnpj = CASES["establishment_repeated_identical"][0]

    def with_shop(lines):
        changed = []
        for line in lines:
            fields = line.decode("latin-1").split('";"')
            if "".join(fields[:3]).strip('"') == cnpj:
                fields[16] = 'LOJA "B";'
            changed.append('";"'.join(fields).encode("latin-1"))
        return changed

    for shard in range(10):
        rewrite(folder / f"Estabelecimentos{shard}.zip", with_shop)
    out = io.StringIO()
    call_command("import_registry", str(folder), "--json", stdout=out, stderr=io.StringIO())

    report = json.loads(out.getvalue())
    kept = RegistryEstablishment.objects.get(pk=cnpj)
    assert kept.complement == 'LOJA "B";'
    assert not kept.district.startswith(";")
    assert report["repairs"]["separator_inside_field"] >= 1
    assert report["tables"]["establishments"]["rejected"] == {}


def test_control_bytes_are_read_as_cp1252_and_counted():
    repairs = Counter()

    fields = split_line(b'"99171777";"BAR \x93DO Z\xc9\x94 \x96 MATRIZ\x81";"2062"\n', 3, repairs)

    assert fields == ["99171777", "BAR “DO ZÉ” – MATRIZ", "2062"]
    assert repairs == {"cp1252_bytes": 1}


def test_broken_lines_are_rejected_with_their_reason(tmp_path):
    folder = copy_of_sample(tmp_path)
    broken = [
        b'"99999999";"only";"three"\n',
        b"no quotes at all\n",
        b'"short";"NAME";"2062";"49";"0,00";"01";""\n',
    ]
    rewrite(folder / "Empresas5.zip", lambda lines: [*broken, *lines])
    out = io.StringIO()
    call_command("import_registry", str(folder), stdout=out, stderr=io.StringIO())
    assert "rejected, wrong_columns: 2" in out.getvalue()
    assert "rejected, bad_key: 1" in out.getvalue()
    assert RegistryCompany.objects.count() == EXPECTED["unique"]["empresas"]


def test_a_delivery_that_lost_its_rows_is_not_published(tmp_path):
    load_sample()
    folder = copy_of_sample(tmp_path)
    for shard in range(10):
        rewrite(folder / f"Socios{shard}.zip", lambda lines: lines[: len(lines) // 2])
    with pytest.raises(SuspiciousDelivery, match="partners"):
        import_registry(folder=folder)
    assert RegistryPartner.objects.count() == EXPECTED["unique"]["socios"]
    import_registry(folder=folder, accept_change=True)
    assert RegistryPartner.objects.count() < EXPECTED["unique"]["socios"]


def test_an_empty_table_is_not_published(tmp_path):
    folder = copy_of_sample(tmp_path)
    rewrite(folder / "Simples.zip", lambda _lines: [])
    with pytest.raises(SuspiciousDelivery, match="simples: no rows"):
        import_registry(folder=folder)


def test_of_two_copies_the_one_with_the_newer_status_is_kept(tmp_path):
    folder = copy_of_sample(tmp_path)
    cnpj = CASES["establishment_repeated_identical"][0]

    def with_older_copy(lines):
        mine = next(
            (line for line in lines if line.startswith(f'"{cnpj[:8]}";"{cnpj[8:12]}"'.encode())), None
        )
        if mine is None:
            return lines
        fields = mine.decode("latin-1").split('";"')
        fields[5], fields[6] = "08", "19700101"
        return [*lines, '";"'.join(fields).encode("latin-1")]

    for shard in range(10):
        rewrite(folder / f"Estabelecimentos{shard}.zip", with_older_copy)
    import_registry(folder=folder)
    assert RegistryEstablishment.objects.get(pk=cnpj).status_date.year > 1970


# --- Pieces -----------------------------------------------------------------------------------------


def test_the_reader_sees_fields_where_a_csv_reader_does_not():
    assert split_line(b'"99171777";"DORUMBRA "IRMAOS LTDA";"2062"\n', 3) == [
        "99171777",
        'DORUMBRA "IRMAOS LTDA',
        "2062",
    ]
    assert split_line(b'"a";"b\\"\r\n', 2) == ["a", "b\\"]
    assert split_line(b'"a\x00b";"c"\n', 2) == ["ab", "c"]
    assert split_line(b'"a";"b"\n', 3) is None
    assert split_line(b'"a;";"b"\n', 2) == ["a;", "b"]
    assert split_line(b'"LOJA "B";";"";"c"\n', 3) == ['LOJA "B";', "", "c"]
    assert split_line(b"\n", 1) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("K3241.K03200Y4.D61114.EMPRECSV", "2026-11-14"),
        ("F.K03200$Z.D51213.CNAECSV", "2025-12-13"),
        ("F.K03200$W.SIMPLES.CSV.D61114", "2026-11-14"),
        ("F.K03200$W.SIMPLES.CSV.D69914", None),
        ("without a date", None),
    ],
)
def test_the_delivery_date_is_read_from_the_name(name, expected):
    found = read_delivery_date(name, date(2026, 11, 24))
    assert (found.isoformat() if found else None) == expected


def peak_of_reading(folder, lines):
    """The most memory that reading a file of this many lines takes, in bytes."""
    path = folder / f"Empresas{lines}.zip"
    line = b'"99%06d";"DISTRIBUIDORA DE ALIMENTOS OURIVERDE LTDA";"2062";"49";"1000,00";"05";""\n'
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("K3241.K03200Y0.D61114.EMPRECSV", "w") as inner,
    ):
        for number in range(lines):
            inner.write(line % number)
    counts = TableCounts()
    tracemalloc.start()
    for _block in _blocks(DeliveryFile("empresas", path), TARGETS["empresas"], counts, Counter()):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counts.read == lines
    return peak


def test_memory_stays_flat_however_long_the_file(tmp_path):
    few, many = peak_of_reading(tmp_path, 15_000), peak_of_reading(tmp_path, 45_000)
    assert many < few * 1.2


def test_the_registry_has_no_index_for_prefixes_that_nobody_asks():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_indexes WHERE tablename LIKE 'registry_reg%' AND indexname LIKE '%_like'"
        )
        assert cursor.fetchone() == (0,)
