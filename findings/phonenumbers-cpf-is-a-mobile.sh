#!/usr/bin/env bash
# phonenumbers 9.0.43: PhoneNumberMatcher finds a mobile in a CPF with its mask, 119.987.654-23 being +5511998765423, at the leniency
# VALID, its default, at which it leaves dates and masked CNPJs alone. Who fetches the phone from a text may get the number of a stranger.
# STRICT_GROUPING does not, and still finds "(11) 99876-5423".
# Guessed: none, as no phone of Brazil is written in groups of three.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check phonenumbers==9.0.43 python-stdnum==2.2
"$dir/venv/bin/python" - <<'PY'
from importlib.metadata import version

import phonenumbers as p
from stdnum.br import cpf

print("phonenumbers", version("phonenumbers"))
document = "119.987.654-23"
assert cpf.is_valid(document), "the sample is not valid"


def found(text, *leniency):
    return [p.format_number(match.number, p.PhoneNumberFormat.E164) for match in p.PhoneNumberMatcher(text, "BR", *leniency)]


seen = {
    "CPF": found(f"Ana, CPF {document}"),
    "CPF, strictly": found(f"Ana, CPF {document}", p.Leniency.STRICT_GROUPING),
    "CNPJ": found("CNPJ 11.222.333/0001-81"),
    "date": found("em 10/03/2026 10:00"),
    "phone, strictly": found("fone (11) 99876-5423", p.Leniency.STRICT_GROUPING),
}
print(seen)
assert list(seen.values()) == [["+5511998765423"], [], [], [], ["+5511998765423"]], "changed"
PY
