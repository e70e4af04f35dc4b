"""One form for what people type in several: full-width letters and digits, blanks of all kinds."""

import unicodedata


def without_blanks(text: str) -> str:
    """Return codes and numbers in half-width capitals, without blanks: `６４０３０２　x` is `640302X`."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def tidy_name(text: str) -> str:
    """Return a name as it was meant: composed characters (NFC), single blanks, none at either end."""
    return " ".join(unicodedata.normalize("NFC", text).split())
