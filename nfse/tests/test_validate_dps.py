"""`manage.py validate_dps` gives a verdict on anything, and never falls."""

import base64
import json
import random
import re
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fiscal.documents.verdicts import judge
from fiscal.tests.notes import (
    FEDERAL,
    ISSUER_CNPJ,
    SAMPLES,
    TAKER_CNPJ,
    build,
    edit,
    make_certificate,
    make_nfse,
    normal_snapshot,
    signed,
)

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "0123456789">'
    + b"".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">'.encode() for n in range(1, 10))
    + b"]><a>&a9;</a>"
)
GARBAGE = {
    "empty": b"",
    "spaces": b" \n\t",
    "binary": bytes(range(256)) * 40,
    "zeros": b"\0" * 1000,
    "bomb": BOMB,
    "half": signed()[:900],
    "html": b"<!doctype html><html><body>502 Bad Gateway</body></html>",
    "json": b'{"erro": "Bad Gateway"}',
    "pdf": b"%PDF-1.7 ...",
    "wrong root": b'<?xml version="1.0" encoding="UTF-8"?><NFe xmlns="http://www.portalfiscal.inf.br/nfe"/>',
    "empty DPS": b'<?xml version="1.0" encoding="UTF-8"?><DPS/>',
    "deep": b"<a>" * 5000 + b"</a>" * 5000,
    "utf-16": build().decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "wrong encoding": b"<?xml version='1.0' encoding='EBCDIC-CP-XX'?><DPS/>",
    "signature alone": b'<DPS xmlns="http://www.sped.fazenda.gov.br/nfse"><Signature/></DPS>',
    "comments": b"<!-- a --><DPS><!-- b --><?pi?><infDPS><!-- c --></infDPS></DPS>",
    "many elements": b"<DPS>" + b"<a/>" * 200_000 + b"</DPS>",
    "a long text": b"<DPS>" + b"x" * 11_000_000 + b"</DPS>",
    "nonsense figures": edit(
        build(), {"valores/vServPrest/vServ": "1e999999", "serie": "²", "nDPS": "x" * 99}
    ),
}


@pytest.fixture
def run(capsys, tmp_path):
    """Run the command over named contents; return exit code and output."""

    def run_command(contents: dict[str, bytes], *options: str):
        paths = []
        for name, data in contents.items():
            (tmp_path / name).write_bytes(data)
            paths.append(str(tmp_path / name))
        try:
            call_command("validate_dps", *paths, *options)
            code = 0
        except SystemExit as stopped:
            code = stopped.code
        return code, capsys.readouterr().out

    return run_command


def test_a_good_document_passes_in_words_and_in_json(run):
    code, text = run({"nota.xml": signed()})
    json_code, answer = run({"nota.xml": signed()}, "--json")
    (entry,) = json.loads(answer)["files"]

    assert (code, json_code) == (0, 0)
    assert "nota.xml: VÁLIDO" in text
    assert "Assinatura: válida" in text
    assert entry["certificate"] == {"document": ISSUER_CNPJ, "emitter": ISSUER_CNPJ, "matches": True}
    assert (entry["well_formed"], entry["xsd"], entry["codes"]) == (True, [], [])


def test_each_kind_of_problem_is_reported(run):
    broken = signed().replace(b"1500.00", b"1500.5").replace(TAKER_CNPJ.encode(), ISSUER_CNPJ.encode())
    code, answer = run({"nota.xml": broken}, "--json")
    (entry,) = json.loads(answer)["files"]

    assert code == 1
    assert (entry["xsd"][0]["field"], entry["xsd"][0]["line"]) == ("valores/vServPrest/vServ", 1)
    assert entry["signature"]["status"] == "invalid"
    assert entry["codes"] == ["E1235", "E0714", "E0202"]


def test_one_bad_file_among_good_ones_fails_the_run_and_the_good_ones_are_told(run):
    code, text = run({"boa.xml": signed(), "ruim.xml": b"nada"})

    assert code == 1
    assert "boa.xml: VÁLIDO" in text
    assert "ruim.xml: INVÁLIDO" in text


def test_the_certificate_given_is_compared_with_the_emitter(run, tmp_path):
    pem = tmp_path / "outra.pem"
    pem.write_bytes(make_certificate(TAKER_CNPJ).certificate.public_bytes(Encoding.PEM))
    code, answer = run({"nota.xml": signed()}, "--json", "--certificate", str(pem))
    (entry,) = json.loads(answer)["files"]

    assert entry["certificate"] == {"document": TAKER_CNPJ, "emitter": ISSUER_CNPJ, "matches": False}
    assert entry["codes"] == ["E0718"]
    assert code == 1


def test_a_certificate_that_cannot_be_read_is_an_error(run, tmp_path):
    with pytest.raises(CommandError):
        run({"nota.xml": signed()}, "--certificate", str(tmp_path / "nenhum.pem"))


def test_files_that_are_not_there_are_invalid(run, tmp_path, capsys):
    with pytest.raises(SystemExit):
        call_command("validate_dps", str(tmp_path), str(tmp_path / "nenhum.xml"), "--json")

    assert [entry["well_formed"] for entry in json.loads(capsys.readouterr().out)["files"]] == [False, False]


def test_samples_of_other_programs_get_their_verdicts(run):
    names = ("dps-simples-unsigned.xml", "dps-signed-rsa-sha1-c14n.xml", "nfse-ibscbs.xml")
    _, answer = run({name: (SAMPLES / name).read_bytes() for name in names}, "--json")
    unsigned, golden, note = json.loads(answer)["files"]

    assert (unsigned["layout"], unsigned["codes"]) == ("1.00", ["E0717"])
    assert (golden["signature"]["status"], golden["codes"]) == ("valid", ["E0716"])
    assert {"E1242", "E0202", "E0713"} <= set(note["codes"])


def test_an_issued_note_is_judged_at_its_own_time(run):
    """The certificate that signed it in 2026 may end: the note stays right."""
    old = make_nfse(signed()).replace(b"2026-11-24T12:00:05", b"2019-11-24T12:00:05")

    assert "E0715" not in verdict_of(run, make_nfse(signed()))["codes"]
    assert "E0715" in verdict_of(run, old)["codes"]  # nobody had this certificate in 2019


def test_a_note_of_the_web_issuer_holds_an_unsigned_declaration(run):
    web = make_nfse(edit(build(), {"serie": "70000"})).replace(b"<procEmi>1<", b"<procEmi>2<")

    assert not {"E0717", "E0010"} & set(verdict_of(run, web)["codes"])
    assert "E0717" in verdict_of(run, make_nfse(build()))["codes"]


def verdict_of(run, xml):
    (entry,) = json.loads(run({"nota.xml": xml}, "--json")[1])["files"]
    return entry


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_gets_a_verdict(name, run):
    code, answer = run({"x.xml": GARBAGE[name]}, "--json")

    assert code == 1
    assert json.loads(answer)["valid"] is False
    assert run({"x.xml": GARBAGE[name]})[0] == 1


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fall(data):
    assert not judge(data).valid


SIGNED, NOTE = signed(), make_nfse(signed())


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([SIGNED, NOTE]), st.integers(0, 2**32))
def test_damaged_documents_get_a_verdict(document, seed):
    chance = random.Random(seed)
    damaged = bytearray(document)
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(damaged))
        action = chance.randrange(3)
        if action == 0:
            damaged[place] = chance.randrange(256)
        elif action == 1:
            del damaged[place : place + chance.randrange(1, 60)]
        else:
            start = chance.randrange(len(damaged))
            damaged[place:place] = damaged[start : start + 40]
        if not damaged:
            break

    assert json.dumps(judge(bytes(damaged)).to_dict())


DER = make_certificate().certificate.public_bytes(Encoding.DER)


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, len(DER) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_damaged_certificates_get_a_verdict(changes):
    damaged = bytearray(DER)
    for place, value in changes:
        damaged[place] = value
    document = SIGNED.replace(base64.b64encode(DER), base64.b64encode(damaged))

    assert json.dumps(judge(document).to_dict())


NONSENSE = ["", "NaN", "-0", "1e9999", "9" * 200, "²", "٣", "1,5", "x" * 5000]
NONSENSE += ["0000-00-00", "9999-12-31T23:59:59-03:00", "0001-01-01T00:00:00+14:00", "2026-11-24T12:00:00"]


@pytest.mark.parametrize("value", NONSENSE)
def test_nonsense_in_any_field_gets_a_verdict(value):
    snapshot = normal_snapshot(
        withheld=True, iss_rate=Decimal(2), discount_unconditional=Decimal(10), federal=FEDERAL
    )
    document = build(snapshot).decode()

    for field in re.finditer(r">([^<>]+)</", document):
        damaged = document[: field.start(1)] + value + document[field.end(1) :]
        assert json.dumps(judge(damaged.encode()).to_dict())
