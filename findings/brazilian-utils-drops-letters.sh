#!/usr/bin/env bash
# @brazilian-utils/brazilian-utils 2.4.0 (npm): formatCnpj drops the letters of an alphanumeric CNPJ, valid since
# July 2026, without an error, so that a mask over an input shows, and a form sends, a shorter and other number;
# isValidCnpj calls it wrong. Both know the letters only with { version: 2 }, which is not the default.
# Guessed: letters are kept, or refused.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes >/dev/null
npm install --silent @brazilian-utils/brazilian-utils@2.4.0
cat >look.mjs <<'JS'
import { readFileSync } from "node:fs";
import { strict as assert } from "node:assert";
import { formatCnpj, isValidCnpj } from "@brazilian-utils/brazilian-utils";

const meta = "node_modules/@brazilian-utils/brazilian-utils/package.json";
console.log("@brazilian-utils/brazilian-utils", JSON.parse(readFileSync(meta)).version);
const cnpj = "12ABC34501DE35";
const seen = [formatCnpj(cnpj), isValidCnpj(cnpj), formatCnpj(cnpj, { version: 2 }), isValidCnpj(cnpj, { version: 2 })];
console.log(seen);
assert.deepEqual(seen, ["12.345.013/5", false, "12.ABC.345/01DE-35", true], "changed");
JS
node look.mjs
