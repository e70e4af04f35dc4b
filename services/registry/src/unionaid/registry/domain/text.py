"""One form for what people type in several: full-width letters and digits, blanks of all kinds."""

import re
import unicodedata

# Bullet, katakana, hyphenation and full-width dots, Greek ano teleia, dot and bullet operators, full stops.
_DOTS = re.compile(
    r"(?<=[^\W\x00-\x7f])\s*[\u00b7\u2022\u30fb\u2027\uff65\uff0e\u0387\u22c5\u2219\u25cf\u2024\u16eb\ua78f\u318d.]\s*(?=[^\W\x00-\x7f])"
)


def without_blanks(text: str) -> str:
    """Return codes and numbers in half-width capitals, without blanks: `６４０３０２　x` is `640302X`."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def one_middle_dot(name: str) -> str:
    """Return a name with the middle dot (U+00B7) where one of those that look like it stands
    between two letters that are not Latin: `J. R.` stays.
    """
    return _DOTS.sub("\u00b7", name)


def tidy_name(text: str) -> str:
    """Return a name as it was meant: composed characters (NFC), single blanks, none at either end."""
    return " ".join(unicodedata.normalize("NFC", text).split())
