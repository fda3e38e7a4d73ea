#!/usr/bin/env bash
# dateparser 1.5.0: told that the text is Portuguese, parse("05/10/2026") is 5 October, search_dates("prazo 05/10/2026") is 10 May: the
# search takes the order of the English dates. Only days above 12 show it. With DATE_ORDER "DMY" both agree.
# Guessed: both read the day first, as both are given languages=["pt"].
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check dateparser==1.5.0
"$dir/venv/bin/python" -W ignore - <<'PY'
from datetime import datetime
from importlib.metadata import version

import dateparser
from dateparser.search import search_dates

print("dateparser", version("dateparser"))
base = {"RELATIVE_BASE": datetime(2026, 11, 22, 12)}


def found(text, **settings):
    return [when.date().isoformat() for _, when in search_dates(text, languages=["pt"], settings={**base, **settings})]


seen = {
    "parsed": [dateparser.parse("05/10/2026", languages=["pt"], settings=base).date().isoformat()],
    "searched": found("prazo 05/10/2026"),
    "searched, a day above 12": found("prazo 15/10/2026"),
    "searched, a period": found("entre 05/10/2026 e 06/10/2026"),
    "searched, DMY": found("prazo 05/10/2026", DATE_ORDER="DMY"),
}
for case, dates in seen.items():
    print(f"{case}: {dates}")
assert list(seen.values()) == [
    ["2026-10-05"],
    ["2026-05-10"],
    ["2026-10-15"],
    ["2026-05-10", "2026-06-10"],
    ["2026-10-05"],
], "changed"
PY
