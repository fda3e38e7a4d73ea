#!/usr/bin/env bash
# text2num 3.1.0 splits "um mil e duzentos", as sums are written on Brazilian cheques and said in voice messages,
# into two numbers, 1 and 1200; "mil e duzentos" is read as 1200. A sum that is read by it can lose a thousand.
# Guessed: both are 1200.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check text2num==3.1.0
"$dir/venv/bin/python" - <<'PY'
from importlib.metadata import version

from text_to_num import alpha2digit, text2num

print("text2num", version("text2num"))
seen = [alpha2digit(text, "pt") for text in ("mil e duzentos reais", "um mil e duzentos reais", "hum mil reais")]
print(seen)
try:
    text2num("um mil e duzentos", "pt")
    refused = False
except ValueError as error:
    refused = True
    print("text2num:", error)
assert seen == ["1200 reais", "1 1200 reais", "hum 1000 reais"], "changed"
assert refused, "changed"
PY
