#!/usr/bin/env bash
# num2words 0.5.14: an integer is a sum of cents in the currencies of every language tried but one: in that of Brazil it is one of
# reais. 150000 is 1,500 euros in pt, en and es, and 150,000 reais in pt_BR; a Decimal is reais and euros in all of them. `currency=`
# is refused by pt_BR alone.
# Guessed: integers are cents in pt_BR as well.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check num2words==0.5.14
"$dir/venv/bin/python" - <<'PY'
from decimal import Decimal
from importlib.metadata import version

from num2words import num2words

print("num2words", version("num2words"))


def spelled(amount, language):
    return num2words(amount, to="currency", lang=language)


for language in ("pt", "en", "es", "pt_BR"):
    print(f"{language}: 150000 is {spelled(150000, language)!r}, 1500.00 is {spelled(Decimal('1500.00'), language)!r}")
cents = {language: spelled(150000, language) == spelled(Decimal("1500.00"), language) for language in ("pt", "en", "es", "pt_BR")}
try:
    num2words(Decimal("1500.00"), to="currency", lang="pt_BR", currency="BRL")
    takes_currency = True
except TypeError as error:
    takes_currency = False
    print(error)
assert cents == {"pt": True, "en": True, "es": True, "pt_BR": False}, "changed"
assert spelled(150000, "pt_BR") == "cento e cinquenta mil reais", "changed"
assert not takes_currency, "changed"
PY
