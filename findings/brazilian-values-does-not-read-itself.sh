#!/usr/bin/env bash
# brazilian-values 0.14.1 (npm): parseToNumber does not read what formatToBRL writes: "R$ 1.500,00" is NaN. A sum with a decimal point,
# as keyboards of phones give it, becomes a hundred times as much: "1500.50" is 150,050.
# Guessed: the pair goes there and back; "1500.50" is 1500.5 or NaN.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes >/dev/null
npm install --silent brazilian-values@0.14.1
cat >look.mjs <<'JS'
import { readFileSync } from "node:fs";
import { strict as assert } from "node:assert";
import { formatToBRL, formatToNumber, parseToNumber } from "brazilian-values";

console.log("brazilian-values", JSON.parse(readFileSync("node_modules/brazilian-values/package.json")).version);
const texts = [formatToNumber(1500.5), formatToBRL(1500), "1500.50"];
const seen = texts.map(parseToNumber);
console.log(texts.map((text, at) => [text, seen[at]]));
assert.deepEqual(seen, [1500.5, NaN, 150050], "changed");
JS
node look.mjs
