#!/usr/bin/env bash
# Two ports of one library disagree about the number that WhatsApp gives for many Brazilians outside the area codes 11 to 28, the
# mobile without its ninth digit: libphonenumber-js 1.13.16, as imported by its name, calls +555599991234 valid, phonenumbers 9.0.43
# does not. A page lets through what the server refuses; who checks a wa_id on the server turns the person away.
# Guessed: invalid in both, as both carry Google's data.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes >/dev/null
npm install --silent libphonenumber-js@1.13.16
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check phonenumbers==9.0.43
cat >look.mjs <<'JS'
import { readFileSync } from "node:fs";
import { strict as assert } from "node:assert";
import { parsePhoneNumber } from "libphonenumber-js";
import { parsePhoneNumber as parseWithAll } from "libphonenumber-js/max";

console.log("libphonenumber-js", JSON.parse(readFileSync("node_modules/libphonenumber-js/package.json")).version);
const seen = ["+5555999991234", "+555599991234"].map((phone) => [
  phone,
  parsePhoneNumber(phone).isValid(),
  parseWithAll(phone).isValid(),
]);
console.log("number, valid, valid with all data:", seen);
assert.deepEqual(seen, [["+5555999991234", true, true], ["+555599991234", true, false]], "changed");
JS
node look.mjs
venv/bin/python - <<'PY'
from importlib.metadata import version

import phonenumbers as p

seen = [p.is_valid_number(p.parse(phone)) for phone in ("+5555999991234", "+555599991234")]
print("phonenumbers", version("phonenumbers"), seen)
assert seen == [True, False], "changed"
PY
