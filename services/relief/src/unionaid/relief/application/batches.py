"""Commands of payment batches: what the bank is to pay of a list, what it answered, what is given up.

Each is one append of batch, list, budget and lines: `Deciding.decide_on` writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any
from uuid import UUID

from unionaid.contracts import Event, stream_name
from unionaid.contracts.relief import PaymentBatchIssued, ReliefCancelled
from unionaid.relief.application.deciding import Deciding, Expect, Found, Pool
from unionaid.relief.domain.payment_batch import facts, filing, returning, rules
from unionaid.relief.domain.payment_batch.accounts import ConfirmationReason, Doubted, confirm_accounts
from unionaid.relief.domain.payment_batch.reversing import Reversal, record_reversal
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.domain.relief_list import facts as list_facts
from unionaid.relief.domain.relief_list import settling
from unionaid.relief.domain.relief_list.facts import Act
from unionaid.relief.domain.relief_list.guards import Step, status_of
from unionaid.relief.domain.relief_list.submitting import Declared
from unionaid.relief.reserving import given_back
from unionaid.relief.views.acts import acts_of_batch
from unionaid.service.deciding import Decision, Done, Issued
from unionaid.service.idempotency import answer


class Batches:
    """Commands on payment batches. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, deciding: Deciding) -> None:
        self._pool, self._deciding = pool, deciding

    async def issue(
        self, issued: Issued, list_id: UUID, batch_id: UUID, *, declared: Declared, step: Step, expect: Expect
    ) -> Done:
        """Make a batch of the lines of a list that wait; `expect` is asked with the list's version."""

        def decide(found: Found) -> Decision:
            expect(found.versions[stream_name("list", list_id)])
            events = rules.issue(found.relief_list, found.lines, batch_id, declared, step, barred=found.barred)
            told = _told(facts.batch_of(_acts(events, "batch", step.by)))
            return Decision(events, answer=answer(told, location=f"/payment-batches/{batch_id}", version=1))

        return await self._deciding.decide_on(issued, list_id, decide, paying=True)

    async def release(self, issued: Issued, batch_id: UUID, step: Step, expect: Expect) -> Done:
        """Release a batch to the bank."""

        def events(found: Found) -> list[Event]:
            return rules.release(found.batch, found.relief_list, found.lines, step, found.barred)

        return await self._step(issued, batch_id, step, expect, events, paying=True)

    async def withdraw(
        self, issued: Issued, batch_id: UUID, reason: rules.WithdrawalReason, step: Step, expect: Expect
    ) -> Done:
        """Withdraw a batch that is not released."""

        def events(found: Found) -> list[Event]:
            return rules.withdraw(found.batch, found.relief_list, found.lines, reason, step)

        return await self._step(issued, batch_id, step, expect, events)

    async def make_file(
        self,
        issued: Issued,
        batch_id: UUID,
        *,
        accounts: Mapping[int, Doubted],
        form: str,
        sha256: str,
        size: int,
        step: Step,
        expect: Expect,
    ) -> Done:
        """Record that the file for the bank was made."""

        def events(found: Found) -> list[Event]:
            return filing.make_file(
                found.batch,
                found.relief_list,
                found.lines,
                accounts=accounts,
                form=form,
                sha256=sha256,
                size=size,
                step=step,
            )

        return await self._step(issued, batch_id, step, expect, events, paying=True)

    async def confirm_accounts(
        self,
        issued: Issued,
        batch_id: UUID,
        accounts: Mapping[int, Doubted],
        *,
        lines: Sequence[int],
        reason: ConfirmationReason,
        step: Step,
        expect: Expect,
    ) -> Done:
        """Confirm accounts that are looked at twice."""

        def events(found: Found) -> list[Event]:
            return confirm_accounts(
                found.batch, found.relief_list, found.lines, accounts, chosen=lines, reason=reason, step=step
            )

        return await self._step(issued, batch_id, step, expect, events)

    async def record_return(
        self,
        issued: Issued,
        batch_id: UUID,
        answers: Sequence[returning.Answer],
        step: Step,
        expect: Expect,
        *,
        file_sha256: str | None = None,
    ) -> Done:
        """Book what the bank answered: at most one movement of each budget."""

        def events(found: Found) -> list[Event]:
            return returning.record_return(
                found.batch,
                found.relief_list,
                found.lines,
                found.programme,
                found.budgets,
                answers=answers,
                step=step,
                file_sha256=file_sha256,
            )

        return await self._step(issued, batch_id, step, expect, events)

    async def send(self, issued: Issued, batch_id: UUID, step: Step, expect: Expect) -> Done:
        """Record that the bank was given the file."""

        def events(found: Found) -> list[Event]:
            return filing.send(found.batch, found.relief_list, found.lines, step=step)

        return await self._step(issued, batch_id, step, expect, events)

    async def record_reversal(
        self,
        issued: Issued,
        batch_id: UUID,
        reversals: Sequence[Reversal],
        step: Step,
        expect: Expect,
        *,
        file_sha256: str | None = None,
    ) -> Done:
        """Book that money came back: one movement of the budget."""

        def events(found: Found) -> list[Event]:
            return record_reversal(
                found.batch,
                found.relief_list,
                found.lines,
                found.budgets,
                reversals=reversals,
                step=step,
                file_sha256=file_sha256,
            )

        return await self._step(issued, batch_id, step, expect, events)

    async def cancel(
        self,
        issued: Issued,
        list_id: UUID,
        *,
        lines: Sequence[int],
        reason: settling.CancellationReason,
        step: Step,
        expect: Expect,
    ) -> Done:
        """Give up lines that the bank returned: their people may be helped by another list."""

        def decide(found: Found) -> Decision:
            version = found.versions[stream_name("list", list_id)]
            expect(version)
            events = settling.cancel(
                found.relief_list,
                found.lines,
                found.budgets,
                chosen=lines,
                reason=reason,
                booked_by=found.booked_by,
                step=step,
            )
            mine = _acts(events, "list", step.by)
            given_up = [event for event in events if isinstance(event, ReliefCancelled)]
            told = {
                "list_id": list_id,
                "status": status_of(reduce(list_facts.evolve, mine, found.relief_list)),
                "cancelled_lines": len(given_up),
                "cancelled_fen": sum(event.amount_fen for event in given_up),
            }
            return Decision(
                events,
                status=200,
                answer=answer(told, version=version + len(mine)),
                release=given_back(found.lines, events),
            )

        return await self._deciding.decide_on(issued, list_id, decide)

    async def _step(
        self,
        issued: Issued,
        batch_id: UUID,
        step: Step,
        expect: Expect,
        decide_step: Callable[[Found], list[Event]],
        *,
        paying: bool = False,
    ) -> Done:
        stream = stream_name("batch", batch_id)
        list_id = await self._list_of(batch_id)

        def decide(found: Found) -> Decision:
            version = found.versions[stream]
            expect(version)
            events = decide_step(found)
            after = reduce(facts.evolve, _acts(events, "batch", step.by), found.batch)
            relief_list = reduce(list_facts.evolve, _acts(events, "list", step.by), found.relief_list)
            told = {**_told(after), "list_status": status_of(relief_list)}
            moved = len(_acts(events, "batch", step.by))
            return Decision(events, status=200, answer=answer(told, version=version + moved))

        return await self._deciding.decide_on(issued, list_id, decide, batch_id=batch_id, paying=paying)

    async def _list_of(self, batch_id: UUID) -> UUID:
        acts = await acts_of_batch(self._pool, batch_id)
        if not acts or not isinstance(acts[0][0].event, PaymentBatchIssued):
            raise NotFound
        return acts[0][0].event.list_id


def shown(batch: facts.Existing) -> Mapping[str, Any]:
    """Return a batch as it is told: what was issued, where it is, and what the bank has answered for."""
    terms = batch.terms
    return {
        "batch_id": terms.batch_id,
        "list_id": terms.list_id,
        "status": status_of(batch),
        "lines": terms.lines,
        "amount_fen": terms.amount_fen,
        **({"sent_on": sent_on} if (sent_on := getattr(batch, "sent_on", None)) else {}),
        **{name: getattr(batch, name, 0) for name in ("paid_lines", "paid_fen", "failed_lines", "failed_fen")},
    }


def _told(batch: facts.Batch) -> Mapping[str, Any]:
    return shown(rules.existing_batch(batch))


def _acts(events: Sequence[Event], stream: str, by: str) -> list[Act]:
    return [Act(event, by) for event in events if stream == event.STREAM]
