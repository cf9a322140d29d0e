#!/usr/bin/env bash
# Packages: linkifyjs 4.4.0 (npm), as used by the link extension of the editor TipTap 3.35.0 (npm), on happy-dom 21.0.4.
#
# The guess was: without "http" or "www" only what is written like a host name becomes a link, surely not a Spanish sentence
# with a capital letter after the full stop.
#
# What it does: a missing space after a full stop is enough. "La", "Se", "Es", "No" and "De", the commonest first words of a
# Spanish sentence, are country domains (Laos, Sweden, Spain, Norway, Germany), and capitals do not matter. The editor sets the
# link while the journalist types on, with automatic links at their default, which is on. linkify-it 6.1.0, made for the same
# work, finds no link in these sentences.
#
# Output seen, typed letter by letter into the editor:
#     <p>El alcalde dimitió <a … href="http://ayer.La">ayer.La</a> oposición calla.</p>
#
# Why it hurts a paper: the slip of a hurried reporter is published as a link to a host that nobody in the house knows. Whoever
# registers that name gets the paper's readers and its good standing, and a checker of spelling does not look at links.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts --prefer-offline linkifyjs@4.4.0 linkify-it@6.1.0 happy-dom@21.0.4 \
  @tiptap/core@3.35.0 @tiptap/pm@3.35.0 @tiptap/extension-document@3.35.0 @tiptap/extension-paragraph@3.35.0 \
  @tiptap/extension-text@3.35.0 @tiptap/extension-link@3.35.0

cat > type.mjs <<'JS'
import { Window } from "happy-dom";
import { find } from "linkifyjs";
import { LinkifyIt } from "linkify-it";

for (const sentence of [
  "El alcalde dimitió ayer.La oposición calla.",
  "Dijo que no.Se acabó.",
  "Lo negó.Es falso.",
  "Vive en Madrid.No volverá.",
  "Lo sabe Ruiz.De momento calla.",
  "Lo sabe Ruiz.Nadie lo niega.",
]) {
  const other = (new LinkifyIt().match(sentence) ?? []).map((link) => link.url);
  console.log(find(sentence).map((link) => link.href).join() || "nothing", "/", other.join() || "nothing");
}

const window = new Window();
Object.assign(globalThis, { window, document: window.document, navigator: window.navigator });
for (const name of ["Node", "Element", "HTMLElement", "MutationObserver", "DOMParser"]) globalThis[name] = window[name];
for (const name of ["getComputedStyle", "requestAnimationFrame", "cancelAnimationFrame"]) globalThis[name] = window[name].bind(window);

const { Editor } = await import("@tiptap/core");
const extensions = [];
for (const name of ["document", "paragraph", "text", "link"]) extensions.push((await import(`@tiptap/extension-${name}`)).default);
const editor = new Editor({ element: document.createElement("div"), extensions, content: "<p></p>" });
for (const letter of "El alcalde dimitió ayer.La oposición calla.") editor.view.dispatch(editor.state.tr.insertText(letter));
console.log(editor.getHTML().replace(/target="[^"]*" rel="[^"]*" /, ""));
process.exit(0);
JS

diff - <(node type.mjs) <<'SEEN'
http://ayer.La / nothing
http://no.Se / nothing
http://negó.Es / nothing
http://Madrid.No / nothing
http://Ruiz.De / nothing
nothing / nothing
<p>El alcalde dimitió <a href="http://ayer.La">ayer.La</a> oposición calla.</p>
SEEN
