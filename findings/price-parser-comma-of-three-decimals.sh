#!/usr/bin/env bash
# price-parser 0.5.1 reads "R$ 12.345,678", where only the comma can be the decimal sign, as 12,345,678 reais: three digits behind a
# sign are thousands to it. Fuel, energy and unit prices of notes have three decimals: "R$ 5,799" a litre is 5,799 reais. And "R$" does
# not draw the amount: "2 x R$ 150,00" is 2, "nota 45 de R$ 300" is 45, both with currency R$.
# Guessed: 12345.678 where both signs are there; the number that the currency sign stands before.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check price-parser==0.5.1
"$dir/venv/bin/python" - <<'PY'
from importlib.metadata import version

from price_parser import Price

print("price-parser", version("price-parser"))
texts = ("R$ 12.345,67", "R$ 12.345,6789", "R$ 12.345,678", "R$ 5,799", "2 x R$ 150,00", "nota 45 de R$ 300")
seen = {text: (str(Price.fromstring(text).amount), Price.fromstring(text).currency) for text in texts}
for text, price in seen.items():
    print(f"{text}: {price}")
assert [amount for amount, _ in seen.values()] == ["12345.67", "12345.6789", "12345678", "5799", "2", "45"], "changed"
assert {currency for _, currency in seen.values()} == {"R$"}, "changed"
PY
