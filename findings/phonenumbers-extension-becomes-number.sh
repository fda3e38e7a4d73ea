#!/usr/bin/env bash
# phonenumbers 9.0.43 knows no "ramal" (extension, in Brazil): its letters are dialled as digits and glued to the
# number, and of "R. 22" the two digits are: the area code 55 is then taken for the country's, and a valid landline
# of another state comes out (area code 32, Minas Gerais, instead of 55, Rio Grande do Sul).
# Guessed: +555532221234 with extension 22, or a refusal.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check phonenumbers==9.0.43
"$dir/venv/bin/python" - <<'PY'
from importlib.metadata import version

import phonenumbers as p

print("phonenumbers", version("phonenumbers"))
seen = []
for text in ("(55) 3222-1234", "(55) 3222-1234 R. 22", "(55) 3222-1234 ramal 22", "(55) 3222-1234 ext. 22"):
    number = p.parse(text, "BR")
    e164 = p.format_number(number, p.PhoneNumberFormat.E164)
    seen.append((e164, p.is_valid_number(number), number.extension))
    print(f"{text}: {seen[-1]}")
assert seen == [
    ("+555532221234", True, None),
    ("+553222123422", True, None),
    ("+55322212347262522", False, None),
    ("+555532221234", True, "22"),
], "changed"
PY
