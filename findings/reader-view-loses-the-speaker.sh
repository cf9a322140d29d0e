#!/usr/bin/env bash
# Packages: @mozilla/readability 0.6.0 (npm; Firefox's reader view is made with it), on linkedom 0.18.12.
#
# The guess was: whatever stands inside <article>, between its paragraphs, is the article, so reader view shows it.
#
# What it does: every <footer> and every <aside> is dropped, wherever it stands. The name under a quotation, written as
# <blockquote>…<footer>— Name</footer></blockquote>, goes; the same name in <cite> or in a <figcaption> stays. A correction in
# <aside>, or in the <footer> of the article, goes too; in <p> or in a <section> it stays.
#
# Output seen (words found in what reader view shows): see the table at the end.
#
# Why it hurts a paper: a reader sees a sentence in quotation marks that nobody said, and a corrected article without its
# correction, which is the one part that a paper owes to whoever was wronged. Read-later programs built on this library
# do the same. Nothing on the paper's own page looks wrong.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts @mozilla/readability@0.6.0 linkedom@0.18.12

cat > read.mjs <<'JS'
import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";

const prose = "<p>" + "El pleno aprobó ayer las cuentas, después de seis horas de debate, con tres abstenciones. ".repeat(4) + "</p>";
const parts = [
  ["speaker in footer", "<blockquote><p>No volveré a presentarme.</p><footer>— Ana Ruiz, alcaldesa</footer></blockquote>", "Ana Ruiz"],
  ["speaker in cite", "<blockquote><p>No volveré a presentarme.</p><cite>Ana Ruiz, alcaldesa</cite></blockquote>", "Ana Ruiz"],
  ["speaker in figcaption", "<figure><blockquote><p>No volveré.</p></blockquote><figcaption>Ana Ruiz</figcaption></figure>", "Ana Ruiz"],
  ["correction in aside", "<aside><p>Corrección: fueron seis horas, no ocho.</p></aside>", "Corrección"],
  ["correction in footer", "<footer><p>Corrección: fueron seis horas, no ocho.</p></footer>", "Corrección"],
  ["correction in section", "<section><p>Corrección: fueron seis horas, no ocho.</p></section>", "Corrección"],
  ["correction in p", "<p>Corrección: fueron seis horas, no ocho.</p>", "Corrección"],
];
for (const [name, part, word] of parts) {
  const page = `<!doctype html><html lang="es"><head><title>El pleno aprueba las cuentas</title></head>
    <body><main><article><h1>El pleno aprueba las cuentas</h1>${prose}${part}${prose}</article></main></body></html>`;
  const shown = new Readability(parseHTML(page).document).parse().textContent;
  console.log(`${name}: ${shown.includes(word) ? "shown" : "lost"}`);
}
JS

diff - <(node read.mjs) <<'SEEN'
speaker in footer: lost
speaker in cite: shown
speaker in figcaption: shown
correction in aside: lost
correction in footer: lost
correction in section: shown
correction in p: shown
SEEN
