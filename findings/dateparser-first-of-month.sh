#!/usr/bin/env bash
# dateparser 1.5.0 reads "2 de outubro" and not "1º de outubro", the only correct way to write the first day of a
# month in Brazil (not "1 de outubro"); "dia 5" is not read either, and "mês passado" is the same day a month ago.
# Guessed: all four are dates, "1º de outubro" is the first.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check dateparser==1.5.0
"$dir/venv/bin/python" -W ignore - <<'PY'
from datetime import datetime
from importlib.metadata import version

import dateparser

print("dateparser", version("dateparser"))
settings = {"RELATIVE_BASE": datetime(2026, 11, 22), "PREFER_DATES_FROM": "past"}
seen = {}
for text in ("2 de outubro", "1 de outubro", "1º de outubro", "primeiro de outubro", "dia 5", "mês passado"):
    found = dateparser.parse(text, languages=["pt"], settings=settings)
    seen[text] = found and found.date().isoformat()
    print(f"{text}: {seen[text]}")
assert list(seen.values()) == ["2026-10-02", "2026-10-01", None, None, None, "2026-10-22"], "changed"
PY
