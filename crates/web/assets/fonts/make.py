"""Subsets and renames the paper's fonts, and measures fallback faces for them. Called by make.sh.

Each file is one cut: the axes a page does not move are pinned, the glyphs it does not need are dropped, and the family
is renamed, because a subset must not answer to the name of the whole font. Copyright and licence entries stay in the
files; the licence texts stand beside them. Not kept: hinting (no current system uses it at these sizes) and the
alternates nobody asks for.
"""

import shutil
import sys
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

# Latin-1 and what Spanish and English typesetting needs besides: oe, thin spaces, dashes, quotes, bullet, ellipsis,
# primes, euro, trade mark, minus. Other letters come from the fallback faces, one by one.
GLYPHS = [*range(0x20, 0x7F), *range(0xA0, 0x100), 0x152, 0x153]
GLYPHS += [0x2009, 0x200A, 0x202F, *range(0x2013, 0x2016), *range(0x2018, 0x201F), 0x2022, 0x2026, 0x2032, 0x2033]
GLYPHS += [0x2039, 0x203A, 0x20AC, 0x2122, 0x2212]
FEATURES = ["kern", "liga", "locl", "tnum", "rvrn"]  # no marks: every accented letter kept here is one glyph

NEWSREADER = "@fontsource-variable/newsreader/files/newsreader-latin-opsz-{}.woff2"
PUBLIC_SANS = "@fontsource-variable/public-sans/files/public-sans-latin-wght-normal.woff2"

# file, source, family, style, axes
CUTS = [
    ("gaceta-text", NEWSREADER.format("normal"), "Gaceta Text", "Regular", {"opsz": 16, "wght": (400, 600)}),
    ("gaceta-text-italic", NEWSREADER.format("italic"), "Gaceta Text", "Italic", {"opsz": 16, "wght": 400}),
    ("gaceta-display", NEWSREADER.format("normal"), "Gaceta Display", "SemiBold", {"opsz": 60, "wght": 600}),
    ("gaceta-ui", PUBLIC_SANS, "Gaceta UI", "Regular", {"wght": (400, 700)}),
]

# cut, weight it is measured at, name of the fallback, what local() may call it, the same metrics in a free font
FALLBACKS = [
    ("gaceta-text", "Gaceta Text G", ["Georgia", "Gelasio"], "gelasio/files/gelasio-latin-400-normal"),
    ("gaceta-text", "Gaceta Text T", ["Times New Roman", "Liberation Serif", "Tinos"], "tinos/files/tinos-latin-400-normal"),
    ("gaceta-text", "Gaceta Text N", ["Noto Serif"], "noto-serif/files/noto-serif-latin-400-normal"),
    ("gaceta-display", "Gaceta Display G", ["Georgia Bold", "Georgia-Bold", "Gelasio Bold"], "gelasio/files/gelasio-latin-700-normal"),
    ("gaceta-display", "Gaceta Display T", ["Times New Roman Bold", "TimesNewRomanPS-BoldMT", "Liberation Serif Bold"], "tinos/files/tinos-latin-700-normal"),
    ("gaceta-display", "Gaceta Display N", ["Noto Serif Bold", "NotoSerif-Bold"], "noto-serif/files/noto-serif-latin-700-normal"),
    ("gaceta-ui", "Gaceta UI R", ["Roboto"], "roboto/files/roboto-latin-400-normal"),
    ("gaceta-ui", "Gaceta UI A", ["Arial", "Liberation Sans", "Arimo"], "arimo/files/arimo-latin-400-normal"),
]

# What stands in a paper: Spanish and English, capitals, figures and stops in about their usual share.
SAMPLE = (
    "A las seis y media ya había quince personas en la plaza. Nadie hablaba alto. El camión cisterna, prometido para "
    "el martes, llegó el jueves y con la mitad de la carga, según cuentan los vecinos. El ayuntamiento mantiene que la "
    "avería afecta solo a un tramo de la red y que el suministro quedará restablecido «en cuestión de días». "
    "The president met the ambassador at the National Palace on Tuesday, 24 February, and said that cooperation would "
    "go on “within the law”. Three waves of prisoners, more than 100 people, have been transferred since last year."
)


def cut(source, family, style, axes):
    pinned = BytesIO()  # gvar of an instance can only be subset after it has been written out once
    instantiateVariableFont(TTFont(source, recalcTimestamp=False), axes).save(pinned)
    font = TTFont(pinned, recalcTimestamp=False)
    options = Options(hinting=False, layout_features=FEATURES, name_IDs=["*"], notdef_outline=True, recalc_timestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=GLYPHS)
    subsetter.subset(font)
    file_name = f"{family.replace(' ', '')}-{style}"
    names = {1: family, 2: style, 3: f"{file_name};Gaceta", 4: f"{family} {style}", 6: file_name, 16: family, 17: style, 25: file_name}
    for record in list(font["name"].names):
        if record.nameID in names:
            record.string = names[record.nameID]
        elif record.nameID not in (0, 5, 13, 14) and record.nameID < 256:
            font["name"].removeNames(nameID=record.nameID)
    font.flavor = "woff2"
    return font


def mean_advance(font):
    """Width of SAMPLE in em, by advance widths; kerning is about the same everywhere and left out."""
    cmap, advances = font.getBestCmap(), font["hmtx"].metrics
    return sum(advances[cmap[ord(c)]][0] for c in SAMPLE if ord(c) in cmap) / len(SAMPLE) / font["head"].unitsPerEm


def fallback_face(web, local, name, locals_):
    # size-adjust scales the fallback's outlines to our widths; the overrides are given before that scaling.
    scale = mean_advance(web) / mean_advance(local)
    em = web["head"].unitsPerEm * scale
    sources = ",".join(f'local("{n}")' for n in locals_)
    weight = 600 if name.startswith("Gaceta Display") else 400  # bolder text and UI: the browser emboldens these
    return (
        f'@font-face{{font-family:"{name}";src:{sources};font-weight:{weight};size-adjust:{scale:.2%};'
        f'ascent-override:{web["hhea"].ascent / em:.2%};descent-override:{-web["hhea"].descent / em:.2%};line-gap-override:0%}}'
    )


def main(modules, out):
    made = {}
    for file, source, family, style, axes in CUTS:
        made[file] = cut(modules / source, family, style, axes)
        made[file].save(out / f"{file}.woff2")
        print(f"{file}.woff2 {(out / f'{file}.woff2').stat().st_size} bytes")
    shutil.copyfile(modules / "@fontsource-variable/newsreader/LICENSE", out / "OFL-Newsreader.txt")
    shutil.copyfile(modules / "@fontsource-variable/public-sans/LICENSE", out / "OFL-PublicSans.txt")
    for file, name, locals_, measured in FALLBACKS:
        print(fallback_face(made[file], TTFont(modules / "@fontsource" / f"{measured}.woff2"), name, locals_))


main(Path(sys.argv[1]), Path(sys.argv[2]))
