#!/usr/bin/env bash
# date-holidays 3.37.0 (npm): 20 November, national since 2024 (Lei 14.759/2023), is a holiday of Brazil and of most states, but not
# of Amazonas, Mato Grosso, Rio de Janeiro and São Paulo, which had it by law of their own before: their old entry ends with 2023
# and hides the national one.
# Guessed: a state has the holidays of the country and its own.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes >/dev/null
npm install --silent date-holidays@3.37.0
cat >look.mjs <<'JS'
import { readFileSync } from "node:fs";
import { strict as assert } from "node:assert";
import Holidays from "date-holidays";

console.log("date-holidays", JSON.parse(readFileSync("node_modules/date-holidays/package.json")).version);
const day = new Date("2026-11-20T12:00:00-03:00");
const works = (...place) => !new Holidays(...place).isHoliday(day);
const states = Object.keys(new Holidays().getStates("BR"));
const working = states.filter((state) => works("BR", state)).sort();
console.log(`20 November 2026 is a working day in Brazil: ${works("BR")}; of ${states.length} states in`, working);
assert.deepEqual([works("BR"), states.length, working], [false, 27, ["AM", "MT", "RJ", "SP"]], "changed");
JS
node look.mjs
