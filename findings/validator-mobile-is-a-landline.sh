#!/usr/bin/env bash
# validator 13.15.35 (npm; class-validator's @IsMobilePhone is it): isMobilePhone(…, "pt-BR") is true for landlines, which get no
# WhatsApp, and false for mobiles whose second digit is 0, as 90123-4567. libphonenumber-js 1.13.16 with all its data knows both.
# Guessed: false for (11) 3222-1234, true for (11) 90123-4567.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes >/dev/null
npm install --silent validator@13.15.35 libphonenumber-js@1.13.16
cat >look.mjs <<'JS'
import { readFileSync } from "node:fs";
import { strict as assert } from "node:assert";
import { parsePhoneNumber } from "libphonenumber-js/max";
import validator from "validator";

console.log("validator", JSON.parse(readFileSync("node_modules/validator/package.json")).version);
const seen = ["(11) 99123-4567", "(11) 3222-1234", "(11) 90123-4567"].map((phone) => [
  phone,
  validator.isMobilePhone(phone, "pt-BR"),
  parsePhoneNumber(phone, "BR").getType(),
]);
console.log(seen);
assert.deepEqual(
  seen,
  [
    ["(11) 99123-4567", true, "MOBILE"],
    ["(11) 3222-1234", true, "FIXED_LINE"],
    ["(11) 90123-4567", false, "MOBILE"],
  ],
  "changed",
);
JS
node look.mjs
