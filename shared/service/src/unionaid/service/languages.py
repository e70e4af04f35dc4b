"""The three languages, how one is chosen, and the texts of problems in each."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import yaml

from unionaid.service.limits import ACCEPT_LANGUAGE_CHARS_MAX
from unionaid.service.refusals import InWords

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


class Language(StrEnum):
    """Languages of screens and problems, as BCP 47 tags."""

    ZH_HANS = "zh-Hans"
    ZH_HANT = "zh-Hant"
    EN = "en"


DEFAULT = Language.ZH_HANS
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one of libyaml, where PyYAML has it: the texts are read at each start, and it takes a tenth of the time."""
_TRADITIONAL = ("zh-hant", "zh-tw", "zh-hk", "zh-mo")


def choose(accept_language: str | None) -> Language:
    """Choose by Accept-Language (RFC 9110 section 12.5.4); zh-Hans where nothing fits."""
    best, best_quality = DEFAULT, 0.0
    for item in (accept_language or "")[:ACCEPT_LANGUAGE_CHARS_MAX].split(","):
        tag, _, parameter = item.strip().partition(";")
        language, quality = _language(tag.strip().lower()), _quality(parameter)
        if language is not None and quality > best_quality:
            best, best_quality = language, quality
    return best


def _language(tag: str) -> Language | None:
    if tag.startswith(_TRADITIONAL):
        return Language.ZH_HANT
    if tag == "zh" or tag.startswith("zh-"):
        return Language.ZH_HANS
    if tag == "en" or tag.startswith("en-"):
        return Language.EN
    return None


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value[:5]) if name == "q" else 0.0
    except ValueError:
        return 0.0


class CatalogueRefused(Exception):
    """A code lacks a text in some language, or its texts name different values; the message says which."""


class Catalogue:
    """Texts by language and code. A text may name values in braces, `{limit}`."""

    def __init__(self, texts: Mapping[Language, Mapping[str, str]]) -> None:
        self._texts = texts
        self.codes = frozenset(texts[DEFAULT])
        _refuse_uneven(texts)

    @classmethod
    def of(cls, *directories: Traversable) -> Catalogue:
        """Read the shell's texts and those of `directories`, each with a file `<language>.yaml`.

        Raises:
            CatalogueRefused: the languages do not have the same codes, or two directories have the same one.
        """
        texts: dict[Language, dict[str, str]] = {language: {} for language in Language}
        for directory in (files("unionaid.service") / "locale", *directories):
            for language in Language:
                read = _read((directory / f"{language}.yaml").read_text("utf-8"))
                if twice := sorted(set(read) & set(texts[language])):
                    raise CatalogueRefused(f"{language}: given twice: {', '.join(twice)}")
                texts[language].update(read)
        return cls(texts)

    def refuse_missing(self, codes: Iterable[str]) -> None:
        """Check that every code has its texts.

        Raises:
            CatalogueRefused: naming those without.
        """
        if missing := sorted(set(codes) - self.codes):
            raise CatalogueRefused(f"no texts for: {', '.join(missing)}")

    def _in_words(self, language: Language, value: object) -> object:
        if not isinstance(value, InWords):
            return value
        return self.text(language, "screen-comma").join(self.text(language, code) for code in value.codes)

    def text(self, language: Language, code: str, params: Mapping[str, object] = {}) -> str:
        """Return the text of a code; a code without one speaks for itself."""
        template = self._texts[language].get(code, code)
        told = {name: self._in_words(language, value) for name, value in params.items()}
        try:
            return template.format_map(told)
        except (KeyError, ValueError, IndexError, AttributeError):
            return template


@cache
def _read(text: str) -> Mapping[str, str]:
    read: dict[str, str] = yaml.load(text, _LOADER) or {}  # noqa: S506  a safe loader, either one
    return read


@cache
def _values(template: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name is not None)


def _refuse_uneven(texts: Mapping[Language, Mapping[str, str]]) -> None:
    for code in sorted({code for language in Language for code in texts[language]}):
        missing = [language for language in Language if code not in texts[language]]
        if missing:
            raise CatalogueRefused(f"{code} has no text in {', '.join(missing)}")
        if len({_values(texts[language][code]) for language in Language}) > 1:
            raise CatalogueRefused(f"{code}: the languages name different values in braces")
