"""The forms in which a person may be searched for: readings of the name, parts of the ID number, the phone.

Values in clear, for the moment between a field and its keyed hash: they never leave this package.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

ID_CHARS, ID_AREA_CHARS, ID_BORN = 18, 6, slice(6, 14)
"""GB 11643: 6 digits of area, 8 of birth date, 3 of order, 1 of check."""
ID_LAST_CHARS = 4
_CACHED_NAMES = 4_096

_SURNAMES = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "查": "zha", "盖": "ge", "区": "ou", "朴": "piao",
    "任": "ren", "翟": "zhai", "缪": "miao", "员": "yun", "秘": "bi", "洗": "xian", "种": "chong", "乐": "yue",
    "覃": "qin", "尹": "yin", "华": "hua", "纪": "ji", "宁": "ning", "燕": "yan", "那": "na", "过": "guo",
    "哈": "ha", "黑": "hei", "撒": "sa", "折": "she", "繁": "po", "召": "shao", "应": "ying", "葛": "ge",
    "薄": "bo", "能": "nai", "车": "che", "卜": "bu", "长": "zhang", "都": "du", "牟": "mu", "隗": "wei",
}  # fmt: skip
"""Surnames that are read otherwise than the character alone."""
_DOUBLE_SURNAMES = {
    "欧阳": "ou yang", "上官": "shang guan", "司马": "si ma", "诸葛": "zhu ge", "尉迟": "yu chi", "万俟": "mo qi",
    "长孙": "zhang sun", "皇甫": "huang fu", "令狐": "ling hu", "宇文": "yu wen", "慕容": "mu rong", "夏侯": "xia hou",
    "司徒": "si tu", "东方": "dong fang", "独孤": "du gu", "南宫": "nan gong", "公孙": "gong sun", "澹台": "tan tai",
    "端木": "duan mu", "轩辕": "xuan yuan", "单于": "chan yu", "呼延": "hu yan", "申屠": "shen tu", "赫连": "he lian",
}  # fmt: skip
"""Surnames of two characters, with their readings."""


class Name(NamedTuple):
    """A name in its forms."""

    simplified: str
    """Simplified characters, without blanks, dots and hyphens, in small letters."""
    surname: tuple[str, ...]
    """The reading of the surname, syllable by syllable, without tones."""
    given: tuple[str, ...]
    """The reading of the rest."""

    @property
    def pinyin(self) -> str:
        return "".join((*self.surname, *self.given))

    @property
    def initials(self) -> str:
        return "".join(syllable[0] for syllable in (*self.surname, *self.given))


@lru_cache(maxsize=_CACHED_NAMES)
def read_name(text: str) -> Name:
    """Return the forms of a name; traditional and simplified characters have the same."""
    simplified = simplified_of(text)
    reading = _DOUBLE_SURNAMES.get(simplified[:2])
    if reading is not None:
        return Name(simplified, tuple(reading.split()), _syllables(simplified[2:]))
    whole = _syllables(simplified)
    if not whole:
        return Name(simplified, (), ())
    return Name(simplified, (_SURNAMES.get(simplified[0], whole[0]),), whole[1:])


def simplified_of(text: str) -> str:
    """Return a name in simplified characters, without what writers set between its parts."""
    one = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s·•・‧.\-'’]", "", _simplify().convert(one)).lower()


def letters_of(text: str) -> str:
    """Return a reading as typed, `Lǚ Wěi`, in the form of the index: small letters, no tones, `v` for `ü`."""
    plain = unicodedata.normalize("NFD", text.lower())
    umlauts = plain.replace("u\u0308", "v").replace("ü", "v").replace("u:", "v")
    return "".join(c for c in umlauts if "a" <= c <= "z")


def forms_of(fields: Mapping[str, str]) -> dict[str, str]:
    """Return what a person with these fields is found by: kind of key -> value in clear."""
    forms: dict[str, str] = {}
    number = fields.get("resident_id", "")
    born = number[ID_BORN] if len(number) == ID_CHARS else fields.get("birth_date", "").replace("-", "")
    if len(number) == ID_CHARS:
        forms |= {"id_area": number[:ID_AREA_CHARS], "id_last": number[-ID_LAST_CHARS:]}
    if born:
        forms["born"] = born
    if "phone" in fields:
        forms["phone"] = fields["phone"]
    if name := fields.get("name"):
        read = read_name(name)
        forms |= {"name": read.simplified, "pinyin": read.pinyin, "initials": read.initials}
        if born:
            digits = "".join(sorted(born))
            forms |= {
                "pinyin_born": f"{read.pinyin} {digits}",
                "surname_born": f"{'.'.join(read.surname)} {born}",
                "given_born": f"{'.'.join(read.given)} {born}",
            }
    return forms


def _syllables(text: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(text, style=Style.NORMAL)) if text else ()


@cache
def _simplify() -> OpenCC:
    return OpenCC("t2s")
