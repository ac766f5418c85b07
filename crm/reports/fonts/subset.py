"""The recipe of the fonts beside it: `python subset.py FOLDER`; see README.md.

Without hints and layout tables, since a PDF needs neither. Regular holds all Chinese characters of
GBK, so that rare ones of names and traditional ones are there; the semi-bold those of GB 2312, and
what it lacks is taken from Regular.
"""

import sys
from itertools import chain
from pathlib import Path

from fontTools import subset

HERE = Path(__file__).resolve().parent
WEIGHTS = {"400Regular": ("Regular", "gbk"), "600SemiBold": ("SemiBold", "gb2312")}
# Latin, Greek, Cyrillic, punctuation, currencies, arrows, mathematics, circled, boxes, full width.
BLOCKS = chain(
    range(0x20, 0x250),
    range(0x370, 0x460),
    range(0x2000, 0x2070),
    range(0x20A0, 0x20C0),
    range(0x2100, 0x2300),
    range(0x2460, 0x2480),
    range(0x2500, 0x2600),
    range(0x3000, 0x3040),
    range(0xFF00, 0xFFF0),
)
DROPPED = ["GSUB", "GPOS", "GDEF", "BASE", "STAT", "vhea", "vmtx", "gasp"]


def characters(encoding: str) -> set[int]:
    """All that the encoding can write with two bytes."""
    pairs = (bytes((high, low)) for high in range(0x81, 0xFF) for low in range(0x40, 0xFF))
    return {ord(text) for pair in pairs if len(text := pair.decode(encoding, "ignore")) == 1}


def make(folder: Path) -> None:
    latin = set(BLOCKS)
    for weight, (name, encoding) in WEIGHTS.items():
        options = subset.Options(
            layout_features=[], hinting=False, notdef_outline=True, name_IDs=[0, 1, 2, 4, 6, 13, 14]
        )
        options.drop_tables += DROPPED
        font = subset.load_font(folder / weight / f"NotoSansSC_{weight}.ttf", options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=latin | characters(encoding))
        subsetter.subset(font)
        font.recalcTimestamp = False
        font.save(HERE / f"NotoSansSC-{name}.ttf")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
