"""What forms of registry share: fields described once, read into bodies, and faults told beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from pydantic import ValidationError
from starlette.requests import Request

from unionaid.contracts import fields
from unionaid.service.forms import faults_of
from unionaid.service.problems import of_validation
from unionaid.service.screens import fen_of, language_of

if TYPE_CHECKING:
    from unionaid.service.app import Shell

REFUSED = 422
OPTIONS: Mapping[str, Sequence[str]] = {
    name: get_args(kind)
    for name, kind in {
        "sex": fields.Sex,
        "relation": fields.Relation,
        "health_code": fields.HealthCode,
        "school_stage": fields.SchoolStage,
        "family_situation": fields.FamilySituation,
        "hardship_cause": fields.CauseCode,
        "state_of_mind": fields.StateOfMind,
        "employment_wish": fields.EmploymentWish,
        "technical_skill": fields.TechnicalSkill,
        "hardship_level": fields.HardshipLevel,
        "override_reason": fields.OverrideReason,
        "return_reason": fields.ReturnReason,
        "closing_reason": fields.ClosingReason,
        "holder_reason": fields.HolderChangeReason,
        "objection_ground": fields.ObjectionGround,
        "objection_outcome": fields.ObjectionOutcome,
        "call_back_outcome": fields.CallBackOutcome,
        "missing_clears": fields.ClearName,
        "leaving_reason": fields.LeavingReason,
        "correction_reason": fields.CorrectionReason,
        "erasure_reason": fields.ErasureReason,
        "account_reason": fields.AccountReason,
        "account_end_reason": fields.AccountEndReason,
        "declining_reason": fields.DecliningReason,
        "departure_reason": fields.DepartureReason,
        "split_reason": fields.SplitReason,
    }.items()
}
"""Values to choose from, by what is chosen; each has a text `value-<name>-<value>`."""


class Ask(NamedTuple):
    """A field of a form. `options` names what is chosen from `OPTIONS`.

    `kind` is date, text, yuan, area, choice, ticks, tick, file, or the name of choices that the page makes itself:
    union, enterprise, holder, member, objection.
    """

    name: str
    kind: str
    required: bool = False
    options: str = ""


def worded_choices(request: Request, kind: str, values: Sequence[str]) -> list[tuple[str, str]]:
    """Return values to choose from with their texts `<kind>-<value>`, none chosen first."""
    shell: Shell = request.app.state.shell
    language = language_of(request)
    return [("", ""), *((value, shell.catalogue.text(language, f"{kind}-{value}")) for value in values)]


def read(typed: Mapping[str, str], asked: Sequence[Ask]) -> dict[str, Any]:
    """Return what was typed as a body takes it: what is empty is left out, yuan are fen. Raises NotYuan."""
    given: dict[str, Any] = {}
    for ask in asked:
        text = typed.get(ask.name, "")
        if ask.kind == "tick":
            given[ask.name] = bool(text)
            continue
        if not text or ask.kind == "file":
            continue
        if ask.kind != "yuan":
            given[ask.name] = text.replace("\r\n", "\n")
            continue
        try:
            given[f"{ask.name.removesuffix('_yuan')}_fen"] = fen_of(text)
        except ValueError:
            raise NotYuan(ask.name) from None
    return given


class NotYuan(Exception):
    """A field holds no amount; the argument names it."""


def told(request: Request, error: ValidationError | NotYuan) -> dict[str, str]:
    """Return what is wrong by field, in the reader's language; an amount under the name it was typed in."""
    shell: Shell = request.app.state.shell
    language = language_of(request)
    if isinstance(error, NotYuan):
        return {str(error): shell.catalogue.text(language, "field-not-yuan")}
    faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_input=False)]
    found = faults_of(of_validation(faults, shell.catalogue).response(shell.catalogue, language))
    return {f"{name.removesuffix('_fen')}_yuan" if name.endswith("_fen") else name: why for name, why in found.items()}


def worded(given: dict[str, Any]) -> dict[str, Any]:
    """Return fields `words_<clear>` as the part `words`."""
    words = {name.removeprefix("words_"): text for name, text in given.items() if name.startswith("words_")}
    rest = {name: value for name, value in given.items() if not name.startswith("words_")}
    return {**rest, "words": words} if words else rest
