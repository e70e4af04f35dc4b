"""The file for the bank: made once of a released batch, before the bank answers."""

from __future__ import annotations

from collections.abc import Mapping

from unionaid.contracts import Event
from unionaid.contracts.relief import PaymentBatchSent, PaymentFileMade
from unionaid.relief.domain.payment_batch import facts
from unionaid.relief.domain.payment_batch.accounts import Doubted, refuse_unconfirmed
from unionaid.relief.domain.payment_batch.rules import existing_batch, refuse_hands, wrong_batch_status
from unionaid.relief.domain.refusals import BatchSent, FileLate, FileMade, FileMissing
from unionaid.relief.domain.relief_list import facts as list_facts
from unionaid.relief.domain.relief_list.guards import Lines, Step


def make_file(
    batch: facts.Batch,
    relief_list: list_facts.ReliefList,
    lines: Lines,
    *,
    accounts: Mapping[int, Doubted],
    form: str,
    sha256: str,
    size: int,
    step: Step,
) -> list[Event]:
    """Record that the file was made in a form, with these bytes; `accounts` are those in doubt, by line.

    Raises NotFound, BatchWrongStatus, FileMade, FileLate, EnteredBySame, VerifiedBySame, ApprovedBySame, OwnMatter,
    LinesRefused (accounts that nobody has looked at again) and the refusals of dates.
    """
    known = sendable(batch)
    if known.file is not None:
        raise FileMade
    refuse_hands(relief_list, lines, step, known.released_on)
    refuse_unconfirmed(known, accounts)
    return [
        PaymentFileMade(
            occurred_on=step.on,
            batch_id=known.terms.batch_id,
            list_id=known.terms.list_id,
            form=form,
            file_sha256=sha256,
            file_bytes=size,
        )
    ]


def send(batch: facts.Batch, relief_list: list_facts.ReliefList, lines: Lines, *, step: Step) -> list[Event]:
    """Record that the bank was given the file.

    Raises NotFound, BatchWrongStatus, FileMissing, FileLate, BatchSent, EnteredBySame, VerifiedBySame, ApprovedBySame,
    OwnMatter and the refusals of dates.
    """
    known = sendable(batch)
    if known.file is None:
        raise FileMissing
    if known.sent_on is not None:
        raise BatchSent
    refuse_hands(relief_list, lines, step, known.file.occurred_on)
    terms, digest = known.terms, known.file.file_sha256
    return [PaymentBatchSent(occurred_on=step.on, batch_id=terms.batch_id, list_id=terms.list_id, file_sha256=digest)]


def sendable(batch: facts.Batch) -> facts.Released:
    """Return a batch that may be sent: released, and not answered for. Raises NotFound, BatchWrongStatus, FileLate."""
    known = existing_batch(batch)
    if not isinstance(known, facts.Released):
        raise wrong_batch_status(known)
    if known.open_lines < known.terms.lines:
        raise FileLate
    return known
