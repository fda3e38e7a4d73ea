#!/usr/bin/env bash
# brutils 2.5.0 judges legal natures (natureza jurídica) by a table that predates the one the Receita delivers with the CNPJ data:
# 232-1, sole-partner law firms, and 234-8, Inova Simples, are "not valid", and general partnerships (207-0) stand in it under
# 2076, a code that does not exist. A registry import that asks it drops companies that are there.
# Guessed: its list is the one in force, as its documentation calls it the official table of the Receita.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check brutils==2.5.0
"$dir/venv/bin/python" - <<'PY'
from importlib.metadata import version

import brutils

print("brutils", version("brutils"), "with", len(brutils.list_all_legal_nature()), "legal natures")
in_force = {"206-2": "limitada", "232-1": "unipessoal de advocacia", "234-8": "Inova Simples", "207-0": "nome coletivo"}
seen = {code: brutils.is_valid_legal_nature(code) for code in in_force}
print(seen)
print("2076:", brutils.get_natureza_legal_nature("2076"))
assert seen == {"206-2": True, "232-1": False, "234-8": False, "207-0": False}, "changed"
assert brutils.get_natureza_legal_nature("2076") == "Sociedade Empresária em Nome Coletivo", "changed"
PY
