"""The two faces of the site, cut down once to what its pages need and kept in the instance folder.

Source Serif Pro and Source Sans Pro (SIL Open Font Licence 1.1) come as whole families from the
packages `font-source-serif-pro` and `font-source-sans-pro`. A page needs three styles and the
Latin script: a WOFF2 of some 25 kB each instead of 290 kB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from font_source_sans_pro import SourceSansPro, SourceSansProSemibold
from font_source_serif_pro import SourceSerifProSemibold
from fontTools import subset

if TYPE_CHECKING:
    from pathlib import Path

FONTS = {
    "serif": SourceSerifProSemibold,
    "sans": SourceSansPro,
    "sans-semibold": SourceSansProSemibold,
}
FEATURES = ["kern", "liga", "tnum", "onum", "lnum"]

# Basic Latin, Latin-1, Latin Extended-A, general punctuation, currency, arrows, relations.
UNICODES = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x2009, 0x2027),
    *(0x202F, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x2044, 0x20AC, 0x2116),
    *(0x2190, 0x2191, 0x2192, 0x2193, 0x2212, 0x2248, 0x2264, 0x2265),
]


def prepare_fonts(folder: Path) -> None:
    """Make the fonts that are not there yet.

    Parameters
    ----------
    folder
        Where the WOFF2 files are kept, one a name of `FONTS`.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, source in FONTS.items():
        target = folder / f"{name}.woff2"
        if not target.exists():
            staged = folder / f".{name}.part"
            _write_subset(str(source), str(staged))
            staged.replace(target)


def _write_subset(source: str, target: str) -> None:
    options = subset.Options(flavor="woff2", layout_features=FEATURES)
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=UNICODES)
    subsetter.subset(font)
    subset.save_font(font, target, options)
