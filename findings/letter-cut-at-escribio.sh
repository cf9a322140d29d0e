#!/usr/bin/env bash
# Package: email-reply-parser 2.3.7 (npm), which takes the quoted earlier mail off a reply.
#
# A newspaper would run it on letters to the editor, so that only what the reader wrote reaches the desk. The guess was: it
# looks for the line a mail program puts above a quotation ("El 3 mar 2027, Ana <ana@…> escribió:"), with a date or an address.
#
# What it does: any line that begins with "El", has two more words and ends in "escribió" (the colon is optional) counts as
# that line, without a date, an address or one ">" after it, and all that follows is dropped. So is "On Sunday, your columnist
# wrote:" in English. A shorter "El alcalde escribió:" and any "La alcaldesa … escribió:" pass, so a test with one letter may
# well be green.
#
# Output seen, of a letter in which the quoted sentence and the reader's whole argument come after such a line:
#     Señora directora: / He leído la entrevista.
#
# Why it hurts a paper: the letter is printed as if the reader had only greeted. Her argument and her name are gone, no error
# is reported, and it happens to just those letters that quote somebody.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts email-reply-parser@2.3.7

cat > read.mjs <<'JS'
import EmailReplyParser from "email-reply-parser";

const lines = [
  "El alcalde, en su carta a los vecinos, escribió:",
  "El domingo pasado su columnista escribió",
  "On Sunday, your columnist wrote:",
  "La alcaldesa de mi pueblo escribió:",
  "El alcalde escribió:",
];
for (const line of lines) {
  const letter = `Señora directora:\n\nHe leído la entrevista.\n\n${line}\n\n«No se cerrará.»\n\nHoy está cerrada.\n\nLucía Vega`;
  const read = new EmailReplyParser().read(letter).getVisibleText();
  console.log(`${line} -> ${read.split("\n").filter(Boolean).join(" / ")}`);
}
JS

diff - <(node read.mjs) <<'SEEN'
El alcalde, en su carta a los vecinos, escribió: -> Señora directora: / He leído la entrevista.
El domingo pasado su columnista escribió -> Señora directora: / He leído la entrevista.
On Sunday, your columnist wrote: -> Señora directora: / He leído la entrevista.
La alcaldesa de mi pueblo escribió: -> Señora directora: / He leído la entrevista. / La alcaldesa de mi pueblo escribió: / «No se cerrará.» / Hoy está cerrada. / Lucía Vega
El alcalde escribió: -> Señora directora: / He leído la entrevista. / El alcalde escribió: / «No se cerrará.» / Hoy está cerrada. / Lucía Vega
SEEN
