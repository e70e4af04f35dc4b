"""What a form holds, read into the body of a command: money typed in yuan, counts as whole numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from unionaid.relief.pages.relief_list import told_of
from unionaid.service.forms import Form
from unionaid.service.screens import fen_of, language_of

if TYPE_CHECKING:
    from unionaid.service.app import Shell

_Body = TypeVar("_Body", bound=BaseModel)


class Unread(Exception):
    """A form that could not be read; `faults` are reasons by field, in the reader's language."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("a form could not be read")
        self.faults = faults


def filled(
    form: Form, model: type[_Body], typed: Mapping[str, Any], *, counts: Collection[str] = (), money: str = ""
) -> _Body:
    """Return the body of what was typed; `yuan` is read into the field `money`, empty fields were not given.

    Raises:
        Unread: something is missing or malformed.
    """
    shell: Shell = form.request.app.state.shell
    given = {name: value for name, value in typed.items() if value not in ("", [])}
    faults: dict[str, str] = {}
    if money:
        try:
            given[money] = fen_of(given.pop("yuan", ""))
        except ValueError:
            faults["yuan"] = shell.catalogue.text(language_of(form.request), "screen-not-yuan")
    for name in counts:
        if name in given:
            given[name] = whole(given[name])
    try:
        body = model.model_validate(given)
    except ValidationError as error:
        told = told_of(form.request, error)
        if "yuan" in faults:
            told.pop(money, None)
        raise Unread({"yuan" if name == money else name: reason for name, reason in told.items()} | faults) from None
    if faults:
        raise Unread(faults)
    return body


def whole(text: str) -> int | str:
    """Return a whole number; what is none stays as it is, for the body to refuse."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len(str(2**31)) else text
