"""A bank's template: how its file is laid out, and how it answers. Data, one YAML file per bank."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from unionaid.payments.answers import Reason, Said
from unionaid.payments.limits import BATCH_LINES_MAX, NAME_CHARS_MAX
from unionaid.payments.refusals import BankUnknown
from unionaid.service.languages import Language
from unionaid.service.policies import PolicyRefused, read_policy
from unionaid.sheets.forms import plain

BANKS = files("unionaid.payments") / "banks"
"""The templates that come along: invented banks, as models for real ones."""
PLACE = re.compile(r"\{([a-z_]+)\}")
PLACES = frozenset({"batch", "count", "sum_yuan", "sum_fen", "payer", "payer_account", "pay_on"})
"""What rows above and below the lines may name in braces."""

Form = Literal["xlsx", "csv"]
Unit = Literal["yuan", "fen"]
Title = Annotated[str, Field(min_length=1, max_length=NAME_CHARS_MAX)]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(_Data):
    """A column of the file to the bank: its title, and what of a line stands in it.

    `holds: text` writes `says` in every line. `lead` stands before the value, so that a spreadsheet keeps the digits
    of a CSV. `number` makes a cell of numbers of an amount (Excel). `chars_max`, `bytes_max`: what the bank takes, in
    characters and in bytes of the file's encoding; `needed`: an empty value is refused.
    """

    title: Title
    holds: Literal["line", "reference", "payee", "account", "bank_code", "bank_name", "amount", "remark", "text"]
    says: str = ""
    unit: Unit = "yuan"
    lead: Literal["", "\t", "'"] = ""
    number: bool = False
    needed: bool = False
    chars_max: Annotated[int, Field(gt=0)] = NAME_CHARS_MAX
    bytes_max: Annotated[int, Field(gt=0)] | None = None
    width: Annotated[int, Field(gt=0, le=100)] = 18

    @model_validator(mode="after")
    def _number_of_yuan(self) -> Self:
        if self.number and (self.holds, self.unit) != ("amount", "yuan"):
            raise ValueError("a cell of numbers holds an amount in yuan")
        return self


class OrderFile(_Data):
    """The file to the bank. `above` and `below` are rows around the table, with `{places}`."""

    form: Form
    sheet: Annotated[str, Field(pattern=r"^[^\[\]:*?/\\']{1,31}$")] = "Sheet1"
    encoding: Literal["utf-8", "utf-8-sig", "gb18030", "gbk"] = "utf-8"
    separator: Literal[",", ";", "\t", "|"] = ","
    line_end: Literal["crlf", "lf"] = "crlf"
    lines_max: Annotated[int, Field(gt=0, le=BATCH_LINES_MAX)] = BATCH_LINES_MAX
    above: list[list[str]] = []
    columns: Annotated[list[Column], Field(min_length=3)]
    below: list[list[str]] = []

    @model_validator(mode="after")
    def _whole(self) -> Self:
        holds = [column.holds for column in self.columns]
        if missing := {"reference", "payee", "account", "amount"} - set(holds):
            raise ValueError(f"no column for: {', '.join(sorted(missing))}")
        named = {place for row in (*self.above, *self.below) for cell in row for place in PLACE.findall(cell)}
        if unknown := named - PLACES:
            raise ValueError(f"no such place: {', '.join(sorted(unknown))}")
        if self.form == "csv" and any(column.number for column in self.columns):
            raise ValueError("a CSV has no cells of numbers")
        return self


class AnswerColumn(_Data):
    """A column of the bank's answer, known by any of its titles.

    `amount` is what was ordered; `paid` what was paid of it.
    """

    titles: Annotated[list[Title], Field(min_length=1)]
    holds: Literal["reference", "account", "amount", "paid", "outcome", "cause"]
    unit: Unit = "yuan"
    required: bool = True


class Totals(_Data):
    """What the bank's totals are called, above or below the table; the value is in the next cell, or behind a colon.

    `count` and `sum` are of all rows, `paid_…` and `failed_…` of those alone; `batch` is our batch.
    """

    unit: Unit = "yuan"
    batch: list[Title] = []
    count: list[Title] = []
    sum: list[Title] = []
    paid_count: list[Title] = []
    paid_sum: list[Title] = []
    failed_count: list[Title] = []
    failed_sum: list[Title] = []

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield what each label is called, with which total it is."""
        for total in type(self).model_fields:
            if total != "unit":
                yield from ((plain(label), total) for label in getattr(self, total))


class AnswerFile(_Data):
    """The bank's answer: its columns, totals, and the words of its outcomes and reasons.

    A reason is found by the whole of the bank's words, or else by the first phrase that stands in them.
    """

    columns: Annotated[list[AnswerColumn], Field(min_length=3)]
    totals: Totals = Totals()
    words: Mapping[Said, Annotated[list[Title], Field(min_length=1)]]
    reasons: Mapping[Reason, list[Title]] = {}

    @model_validator(mode="after")
    def _whole(self) -> Self:
        holds: list[str] = [column.holds for column in self.columns]
        if twice := {name for name in holds if holds.count(name) > 1}:
            raise ValueError(f"two columns hold: {', '.join(sorted(twice))}")
        required: set[str] = {column.holds for column in self.columns if column.required}
        if missing := {"reference", "amount", "outcome"} - required:
            raise ValueError(f"no required column for: {', '.join(sorted(missing))}")
        for what, words in {
            "titles": [title for column in self.columns for title in column.titles],
            "labels": [label for label, _ in self.totals.named()],
            "outcomes": [word for said in self.words.values() for word in said],
            "reasons": [word for reason in self.reasons.values() for word in reason],
        }.items():
            plainly = [plain(word) for word in words]
            if twice := {word for word in plainly if plainly.count(word) > 1}:
                raise ValueError(f"{what} that mean two things: {', '.join(sorted(twice))}")
        if missing_words := {Said.PAID, Said.FAILED} - set(self.words):
            raise ValueError(f"no words for: {', '.join(sorted(missing_words))}")
        return self


class Template(_Data):
    """A bank: what it is called, its file, its answer."""

    bank: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
    names: Mapping[Language, Title]
    order: OrderFile
    answer: AnswerFile

    @model_validator(mode="after")
    def _named(self) -> Self:
        if set(self.names) != set(Language):
            raise ValueError("a name in every language")
        return self


Templates = Mapping[str, Template]
"""By the bank's code."""


def read_templates(*directories: Traversable) -> Templates:
    """Read the templates of directories.

    Raises:
        PolicyRefused: a file is malformed, or two are of one bank.
    """
    found: dict[str, Template] = {}
    for directory in directories:
        for file in sorted((f for f in directory.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name):
            template = read_policy(Template, file)
            if template.bank in found:
                raise PolicyRefused(f"{file.name}: a second template of {template.bank}")
            found[template.bank] = template
    return found


def template_of(templates: Templates, bank: str) -> Template:
    """Return a bank's template. Raises BankUnknown."""
    if bank not in templates:
        raise BankUnknown(field="bank")
    return templates[bank]


def filled(row: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """Return a row above or below the table with its places filled in."""
    return [PLACE.sub(lambda place: values[place[1]], cell) for cell in row]
