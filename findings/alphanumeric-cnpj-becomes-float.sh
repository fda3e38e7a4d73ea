#!/usr/bin/env bash
# pandas 3.1.1, polars 2.1.0 and duckdb 2.0.1 read a CSV column of alphanumeric CNPJs (given out since July 2026) as floating-point
# numbers when the only letter of each is an E: 1234567E000184 becomes 1.234567e+190, 98765E43000136 becomes infinity, and
# two companies are the same. Nothing is said. With its mask the same CNPJ stays text.
# Guessed: letters in the column make it text.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pandas==3.1.1 polars==2.1.0 duckdb==2.0.1 python-stdnum==2.2
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import math
from importlib.metadata import version
from pathlib import Path

import duckdb
import pandas
import polars
from stdnum.br import cnpj

print({name: version(name) for name in ("pandas", "polars", "duckdb")})
companies = ["1234567E000184", "98765E43000136"]
assert all(cnpj.is_valid(company) for company in companies), "the sample is not valid"
Path("bare.csv").write_text("cnpj\n" + "\n".join(companies) + "\n")
Path("masked.csv").write_text("cnpj\n" + "\n".join(map(cnpj.format, companies)) + "\n")


def read(name):
    return {
        "pandas": pandas.read_csv(name)["cnpj"].tolist(),
        "polars": polars.read_csv(name)["cnpj"].to_list(),
        "duckdb": [row[0] for row in duckdb.sql(f"select cnpj from read_csv('{name}', header=true)").fetchall()],
    }


bare, masked = read("bare.csv"), read("masked.csv")
print("bare:", bare)
print("masked:", masked)
for values in bare.values():
    assert values[0] == 1.234567e190, "changed"
    assert math.isinf(values[1]), "changed"
for values in masked.values():
    assert values == ["12.345.67E/0001-84", "98.765.E43/0001-36"], "changed"
PY
