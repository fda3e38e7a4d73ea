#!/usr/bin/env bash
# pydantic-brasil 0.3.0: its money type, DinheiroBRL, takes the point of "R$ 1.500" for the decimal one: R$ 1,50, a thousandth. With
# the centavos, "R$ 1.500,00", it is right. People leave the centavos of round sums out.
# Guessed: 1,500 reais, as it takes "R$" off and calls the point and the comma Brazilian ones.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pydantic-brasil==0.3.0
"$dir/venv/bin/python" - <<'PY'
from importlib.metadata import version

from pydantic import TypeAdapter
from pydantic_brasil import DinheiroBRL

print("pydantic-brasil", version("pydantic-brasil"))
money = TypeAdapter(DinheiroBRL)
seen = {text: str(money.validate_python(text).amount) for text in ("R$ 1.500,00", "R$ 1.500", "1.500", "1500", "R$ 25.000")}
print(seen)
assert list(seen.values()) == ["1500.00", "1.50", "1.50", "1500.00", "25.00"], "changed"
PY
