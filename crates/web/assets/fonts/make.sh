#!/bin/sh
# Makes the four WOFF2 files of this folder again, byte for byte, and prints the fallback faces for gaceta.css.
#
# Needs npm and python3 and their registries; writes only into this folder and a temporary one. The versions are
# pinned: a newer Brotli or fontTools gives other bytes, and the names of the files are hashed by their content.
# Not done here: putting the printed faces into gaceta.css (copied by hand, they change only with the fonts).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check fonttools==4.68.0 brotli==1.2.1
npm init --yes >npm.log
# The last four are metric-compatible with, or are, what readers' systems have: Georgia, Times New Roman, Arial, Roboto.
npm install --no-audit --no-fund --ignore-scripts --save-exact \
  @fontsource-variable/newsreader@5.3.0 @fontsource-variable/public-sans@5.3.0 \
  @fontsource/gelasio@5.3.0 @fontsource/tinos@5.3.0 @fontsource/arimo@5.3.0 @fontsource/roboto@5.3.0 \
  @fontsource/noto-serif@5.3.0 >>npm.log
venv/bin/python "$here/make.py" node_modules "$here"
