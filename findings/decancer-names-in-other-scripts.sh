#!/usr/bin/env bash
# decancer 3.3.3: letters of Japanese and Hebrew are taken for lookalikes of Latin ones, so that names in those scripts fall together.
#
# One would guess: a library that undoes lookalikes turns "Pаrley" (with a Cyrillic а) into "parley", and leaves a name that is simply written in
# another script as it is, or as something of its own.
# What happens: single kanji and katakana become Latin letters, digits and signs, in part of a word or in all of it (山田, a common family name,
# becomes "wo"; 口 "o"; 工 "i"; 二 "="), while the rest of the word stays; of a Hebrew word one letter is left. Compared by what comes out,
# different people and "wo", "o" or "=" are one name: for telling who imitates whom it cannot be used where names are in these scripts.
#
# Seen:
#   Pаrley → parley
#   山田 → wo
#   田中 → o中
#   口 → o
#   工 → i
#   二 → =
#   שלום → oiלw
#   研究员 → 研究员
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund decancer@3.3.3 >/dev/null
cat >try.mjs <<'JS'
import { createRequire } from "node:module";
const decancer = createRequire(import.meta.url)("decancer");
for (const name of ["Pаrley", "山田", "田中", "口", "工", "二", "שלום", "研究员"]) console.log(`${name} → ${decancer(name)}`);
JS
node try.mjs | tee seen
cat >expected <<'TXT'
Pаrley → parley
山田 → wo
田中 → o中
口 → o
工 → i
二 → =
שלום → oiלw
研究员 → 研究员
TXT
diff expected seen && echo "as before"
