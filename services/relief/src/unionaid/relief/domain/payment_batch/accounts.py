"""Accounts that are looked at twice before they are paid to: shared by two people, or another since lately.

Who confirms one is not who made the batch, and gives a reason. What was confirmed is that account, shared by so many:
another account, or one more who is paid to it, is looked at anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from unionaid.contracts import Event
from unionaid.contracts.fields import AccountDoubt
from unionaid.contracts.relief import PaymentAccountConfirmed
from unionaid.relief.domain.payment_batch import facts
from unionaid.relief.domain.payment_batch.rules import existing_batch, refuse_hands, wrong_batch_status
from unionaid.relief.domain.refusals import Fault, FileMade, IssuedBySame, LineFault, LinesRefused
from unionaid.relief.domain.relief_list import applications
from unionaid.relief.domain.relief_list import facts as list_facts
from unionaid.relief.domain.relief_list.guards import Lines, Step


class ConfirmationReason(StrEnum):
    """Why an account in doubt may be paid to."""

    FAMILY_ACCOUNT = "family-account"
    GUARDIANS_ACCOUNT = "guardians-account"
    ASKED_THE_PAYEE = "asked-the-payee"
    ASKED_THE_BANK = "asked-the-bank"
    SEEN_THE_PASSBOOK = "seen-the-passbook"


@dataclass(frozen=True, slots=True)
class Standing:
    """What registry says of a payee's account: which statement it is, when another was recorded, how many share it."""

    statement: int
    changed_on: date | None
    sharers: int


@dataclass(frozen=True, slots=True)
class Doubted:
    """The account of a line that is to be looked at twice, and why."""

    line: int
    statement: int
    doubts: tuple[AccountDoubt, ...]
    sharers: int


def doubted(line: int, standing: Standing, *, today: date, days: int) -> Doubted | None:
    """Say whether an account is to be looked at twice: shared, or changed within so many days."""
    changed = standing.changed_on is not None and (today - standing.changed_on).days <= days
    why: list[AccountDoubt] = []
    why += ["account-changed"] if changed else []
    why += ["account-shared"] if standing.sharers else []
    return Doubted(line, standing.statement, tuple(why), standing.sharers) if why else None


def unconfirmed(batch: facts.Existing, accounts: Mapping[int, Doubted]) -> list[Doubted]:
    """Return those accounts of a batch, by line, that nobody has confirmed as they are now."""
    return [one for one in accounts.values() if not _covers(batch.confirmed.get(one.line), one)]


def confirm_accounts(
    batch: facts.Batch,
    relief_list: list_facts.ReliefList,
    lines: Lines,
    accounts: Mapping[int, Doubted],
    *,
    chosen: Sequence[int],
    reason: ConfirmationReason,
    step: Step,
) -> list[Event]:
    """Confirm accounts of lines, before the bank's file is made; `accounts` are those in doubt, by line.

    Raises NotFound, BatchWrongStatus, FileMade, IssuedBySame, EnteredBySame, VerifiedBySame, ApprovedBySame, OwnMatter,
    LinesRefused (with every line at fault) and the refusals of dates.
    """
    known = existing_batch(batch)
    if isinstance(known, facts.Released) and known.file is not None:
        raise FileMade
    if not isinstance(known, facts.Issued | facts.Released) or isinstance(known, facts.Returned):
        raise wrong_batch_status(known)
    if step.by == known.issued_by:
        raise IssuedBySame
    refuse_hands(relief_list, lines, step, known.terms.occurred_on)
    if faults := list(_faults(known, lines, accounts, chosen)):
        raise LinesRefused(faults)
    return [
        PaymentAccountConfirmed(
            occurred_on=step.on,
            batch_id=known.terms.batch_id,
            list_id=known.terms.list_id,
            line=line,
            account_statement=accounts[line].statement,
            doubts=accounts[line].doubts,
            sharers=accounts[line].sharers,
            reason_code=reason.value,
        )
        for line in chosen
    ]


def refuse_unconfirmed(batch: facts.Existing, accounts: Mapping[int, Doubted]) -> None:
    """Refuse to tell the bank of accounts that nobody has looked at again. Raises LinesRefused, with all of them."""
    if held := unconfirmed(batch, accounts):
        raise LinesRefused([LineFault.ACCOUNT_IN_DOUBT.at(one.line, f"lines.{one.line}.person_id") for one in held])


def _faults(
    batch: facts.Existing, lines: Lines, accounts: Mapping[int, Doubted], chosen: Sequence[int]
) -> Iterator[Fault]:
    seen: set[int] = set()
    for place, number in enumerate(chosen):
        field = f"lines.{place}"
        line = lines[number - 1] if 0 < number <= len(lines) else applications.INITIAL
        if batch.terms.batch_id not in applications.batches_of(line):
            yield LineFault.LINE_NOT_ON_BATCH.at(number, field)
        elif number in seen:
            yield LineFault.LINE_TWICE.at(number, field)
        elif number not in accounts:
            yield LineFault.ACCOUNT_NOT_IN_DOUBT.at(number, field)
        seen.add(number)


def _covers(said: PaymentAccountConfirmed | None, now: Doubted) -> bool:
    return (
        said is not None
        and said.account_statement == now.statement
        and set(now.doubts) <= set(said.doubts)
        and now.sharers <= said.sharers
    )
