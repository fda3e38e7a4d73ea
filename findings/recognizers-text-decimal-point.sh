#!/usr/bin/env bash
# recognizers-text 1.0.2a2 (Microsoft's, Portuguese) takes the end of a sum that is typed with a decimal point, as phone keyboards do:
# "nota de 1.5 mil reais" is read as 5,000 reais and "1500.00 reais" as 0, with no sign of doubt; "1,5 mil" and "1.500" are right.
# Guessed: 1,500 or nothing. (It also needs emoji below 2, which it does not say.)
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check recognizers-text-number-with-unit==1.0.2a2 emoji==1.7.0
"$dir/venv/bin/python" - <<'PY'
from importlib.metadata import version

from recognizers_number import Culture
from recognizers_number_with_unit import recognize_currency

print("recognizers-text-number-with-unit", version("recognizers-text-number-with-unit"))


def read(text):
    return [(found.text, found.resolution["value"]) for found in recognize_currency(text, Culture.Portuguese)]


seen = {text: read(text) for text in ("nota de 1,5 mil reais", "nota de 1.5 mil reais", "1.500 reais", "1500.00 reais")}
print(seen)
assert seen["nota de 1,5 mil reais"] == [("1,5 mil reais", "1500")], "changed"
assert seen["1.500 reais"] == [("1.500 reais", "1500")], "changed"
assert seen["nota de 1.5 mil reais"] == [("5 mil reais", "5000")], "changed"
assert seen["1500.00 reais"] == [("00 reais", "0")], "changed"
PY
