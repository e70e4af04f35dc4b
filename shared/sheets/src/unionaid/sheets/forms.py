"""What a table should hold: its columns, by which headings each is known, and which words they take."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from unionaid.service.languages import Catalogue, Language

Kind = Literal["text", "code", "date", "yes_no", "choice", "money"]
REASON, ROW = "reason", "row"
"""Columns that corrections carry beside the form's own; read again they are passed over."""
_NOTE = re.compile(r"[(（\[【].*?[)）\]】]|[*＊:：]")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `also` are headings in use besides the form's own; `choices` the words, each with its value.

    `text` is what is written; `code` is a number that is never calculated with; `date`, `yes_no`, `choice`; `money`
    is yuan, read as fen. `worded` is what the texts of the choices are called: `<worded>-<column>-<value>`.
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    also: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    width: int = 16
    worded: str = "choice"


@dataclass(frozen=True, slots=True)
class Form:
    """A table's columns in the order of its template."""

    name: str
    columns: Sequence[Column]

    def column(self, name: str) -> Column:
        """Return a column by name. Raises KeyError."""
        return next(column for column in self.columns if column.name == name)


class Headings:
    """By which words columns are known, in all languages.

    Texts: `heading-<form>-<column>`, of choices `<worded>-<column>-<value>`.
    """

    def __init__(self, catalogue: Catalogue, form: Form) -> None:
        self._catalogue, self.form = catalogue, form
        self._known: dict[str, str] = {}
        for column in form.columns:
            for written in (*(self.of(column.name, language) for language in Language), *column.also):
                self._known[plain(written)] = column.name
        for extra in (REASON, ROW):
            for language in Language:
                self._known[plain(self.of(extra, language))] = extra

    def of(self, column: str, language: Language) -> str:
        """Return a column's heading in a language."""
        code = f"sheet-{column}" if column in (REASON, ROW) else f"heading-{self.form.name}-{column}"
        return self._catalogue.text(language, code)

    def everywhere(self, column: str) -> str:
        """Return a column's heading in all languages, as one text."""
        return " / ".join(dict.fromkeys(self.of(column, language) for language in Language))

    def column(self, written: object) -> str | None:
        """Return the column that a heading means; None for another."""
        return self._known.get(plain(written)) if isinstance(written, str) else None

    def choice(self, column: Column, value: str, language: Language) -> str:
        """Return the word of a choice in a language."""
        return self._catalogue.text(language, f"{column.worded}-{column.name}-{value}")

    def chosen(self, column: Column, written: str) -> str | None:
        """Return the value that a word stands for; None for no word of the column."""
        wanted = plain(written)
        for value, also in column.choices.items():
            own = (self.choice(column, value, language) for language in Language)
            if wanted in {plain(word) for word in (value, *own, *also)}:
                return value
        return None


class Titles(Headings):
    """Headings that are data, not texts of ours: of each column the words in use, the first of which is its own."""

    def __init__(self, form: Form, titles: Mapping[str, Sequence[str]]) -> None:
        self.form, self._titles = form, titles
        self._known = {plain(title): column.name for column in form.columns for title in titles[column.name]}

    def of(self, column: str, language: Language) -> str:  # noqa: ARG002 - the same in every language
        return self._titles[column][0]

    def choice(self, column: Column, value: str, language: Language) -> str:  # noqa: ARG002 - nor do words have texts
        return value


def plain(written: str) -> str:
    """Return a heading without blanks, notes in brackets, stars and the difference of forms."""
    text = "".join(unicodedata.normalize("NFKC", written).split())
    return _NOTE.sub("", text).casefold()
