"""Reconciliation: every line ends in one outcome, sums agree, and what was heard before changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unionaid.payments import (
    BANKS,
    Answer,
    Batch,
    OrderedLine,
    Outcome,
    Reason,
    Returned,
    Said,
    Standing,
    Template,
    examples,
    read_answer,
    read_camt,
    read_templates,
    reconcile,
    sums,
)
from unionaid.payments.examples import Told
from unionaid.payments.reconciling import OPEN, Heard
from unionaid.payments.refusals import AnswerFault

TEMPLATES = read_templates(BANKS)
BATCH = examples.batch()
FIRST = BATCH.lines[0]
FEN = FIRST.amount_fen
OTHER = replace(BATCH, batch_id=UUID(int=5))
REASON = {Said.PAID: None, Said.FAILED: Reason.ACCOUNT_CLOSED, Said.REVERSED: Reason.BANK_DECLINED}


def says(said: Said, fen: int = FEN, *, row: int = 2, **more: object) -> Answer:
    reference = BATCH.reference(FIRST)
    return replace(Answer(row, reference, said, fen, reason=REASON[said]), **more)  # type: ignore[arg-type]


def table(*answers: Answer, sha256: str = "a") -> Returned:
    return Returned(sha256, answers, ())


def bookings(*answers: Answer, sha256: str = "a") -> Returned:
    return Returned(sha256, answers, (), bookings=True)


def stands(*returned: Returned) -> tuple[Outcome, int, Reason | None]:
    """Where the first line stands after answers one after the other, all of which are clean."""
    standings: dict[int, Standing] = {}
    for one in returned:
        done = reconcile(BATCH.ordered, one, standings)
        assert done.faults == []
        standings = dict(done.standings)
    standing = standings[1]
    return standing.outcome, standing.paid_fen, standing.reason


CLOSED, DECLINED = Reason.ACCOUNT_CLOSED, Reason.BANK_DECLINED


@pytest.mark.parametrize(
    ("returned", "stand"),
    [
        ((), None),
        ((table(says(Said.PAID)),), (Outcome.PAID, FEN, None)),
        ((table(says(Said.FAILED)),), (Outcome.FAILED, 0, CLOSED)),
        ((table(says(Said.PAID, 5)),), (Outcome.PARTIAL, 5, None)),
        ((table(says(Said.PAID, 5)), table(says(Said.PAID, FEN - 5))), (Outcome.PAID, FEN, None)),
        ((table(says(Said.PAID)), table(says(Said.REVERSED))), (Outcome.REVERSED, 0, DECLINED)),
        ((table(says(Said.PAID)), table(says(Said.FAILED))), (Outcome.REVERSED, 0, CLOSED)),
        ((table(says(Said.PAID)), table(says(Said.REVERSED, 7))), (Outcome.PARTIAL, FEN - 7, DECLINED)),
        ((bookings(says(Said.PAID), says(Said.FAILED, row=3)),), (Outcome.FAILED, 0, CLOSED)),
        ((bookings(says(Said.FAILED), says(Said.PAID, row=3)),), (Outcome.FAILED, 0, CLOSED)),
        ((bookings(says(Said.PAID), says(Said.REVERSED, row=3)),), (Outcome.REVERSED, 0, DECLINED)),
        ((bookings(says(Said.PAID, 5), says(Said.PAID, FEN - 5, row=3)),), (Outcome.PAID, FEN, None)),
    ],
)
def test_where_a_line_stands(returned: Sequence[Returned], stand: tuple[Outcome, int, Reason | None] | None) -> None:
    if stand is None:
        assert reconcile(BATCH.ordered, table()).standings == dict.fromkeys(range(1, 7), OPEN)
    else:
        assert stands(*returned) == stand


@pytest.mark.parametrize(
    ("before", "answers", "fault"),
    [
        ((), [says(Said.PAID, reference="RF00")], AnswerFault.LINE_UNKNOWN),
        (
            (),
            [says(Said.PAID, reference=examples.batch(9).reference(examples.batch(9).lines[8]))],
            AnswerFault.LINE_UNKNOWN,
        ),
        ((), [says(Said.PAID, reference=OTHER.reference(FIRST))], AnswerFault.BATCH_OTHER),
        ((), [says(Said.PAID), says(Said.PAID, row=3)], AnswerFault.TWICE),
        ((), [says(Said.PAID), says(Said.FAILED, row=3)], AnswerFault.TWICE),
        ((), [says(Said.PAID, account_tail="9999")], AnswerFault.ACCOUNT_DIFFERS),
        ((), [says(Said.PAID, FEN + 1)], AnswerFault.AMOUNT_DIFFERS),
        ((), [says(Said.FAILED, FEN - 1)], AnswerFault.AMOUNT_DIFFERS),
        ((), [says(Said.PAID, ordered_fen=FEN + 1)], AnswerFault.AMOUNT_DIFFERS),
        ((), [says(Said.REVERSED)], AnswerFault.NOT_PAID),
        ((says(Said.PAID, 5),), [says(Said.PAID, FEN)], AnswerFault.AMOUNT_DIFFERS),
        ((says(Said.PAID),), [says(Said.REVERSED, FEN + 1)], AnswerFault.AMOUNT_DIFFERS),
        ((says(Said.FAILED),), [says(Said.PAID)], AnswerFault.SETTLED),
        ((says(Said.FAILED),), [says(Said.REVERSED)], AnswerFault.SETTLED),
    ],
)
def test_what_cannot_be_is_named_and_the_line_stands_where_it_stood(
    before: Sequence[Answer], answers: Sequence[Answer], fault: AnswerFault
) -> None:
    standings = reconcile(BATCH.ordered, table(*before)).standings
    other = replace(says(Said.PAID, row=9), reference=BATCH.reference(BATCH.lines[1]), amount_fen=FEN + 1)
    done = reconcile(BATCH.ordered, table(*answers, other, sha256="b"), standings)
    assert [(f.code, f.params["row"]) for f in done.faults] == [(fault.value, answers[-1].row)]
    assert done.standings[1] == standings[1]
    assert (done.standings[2].outcome, done.moved) == (Outcome.PAID, [2])


def test_the_same_booking_twice_in_a_file_is_a_fault_and_two_bookings_are_two() -> None:
    half = FEN // 2
    twice = bookings(says(Said.PAID, half, booking="B1"), says(Said.PAID, half, row=3, booking="B1"))
    assert [fault.code for fault in reconcile(BATCH.ordered, twice).faults] == [AnswerFault.TWICE]
    assert stands(bookings(says(Said.PAID, half, booking="B1"), says(Said.PAID, half, row=3, booking="B2"))) == (
        Outcome.PAID,
        FEN,
        None,
    )


def test_what_a_table_told_is_known_again_as_a_booking_and_the_other_way_round() -> None:
    by_table = reconcile(BATCH.ordered, table(says(Said.PAID))).standings
    booked = reconcile(BATCH.ordered, bookings(says(Said.PAID, booking="B1"), sha256="b"), by_table)
    assert (booked.standings, booked.faults, booked.repeated) == (by_table, [], 1)
    by_booking = reconcile(BATCH.ordered, bookings(says(Said.PAID, booking="B1"))).standings
    told = reconcile(BATCH.ordered, table(says(Said.PAID), sha256="b"), by_booking)
    assert (told.standings, told.faults, told.repeated) == (by_booking, [], 1)


def test_accounts_are_compared_where_both_are_known() -> None:
    known = replace(BATCH.ordered, lines=[OrderedLine(1, FEN), *BATCH.ordered.lines[1:]])
    assert reconcile(known, table(says(Said.PAID, account_tail="9999"))).clean


def test_a_file_that_was_booked_changes_nothing() -> None:
    answer = table(says(Said.PAID), sha256="f")
    first = reconcile(BATCH.ordered, answer)
    again = reconcile(BATCH.ordered, answer, first.standings, heard_files={"f"})
    assert (again.standings, again.moved, again.clean, again.repeated) == (first.standings, (), True, 1)


def test_an_old_row_in_a_new_file_changes_nothing() -> None:
    """Also when more has happened since: what was paid, came back, and is told as paid once more."""
    standings = reconcile(BATCH.ordered, table(says(Said.PAID))).standings
    standings = reconcile(BATCH.ordered, table(says(Said.REVERSED)), standings).standings
    late = reconcile(BATCH.ordered, table(says(Said.PAID), sha256="c"), standings)
    assert (late.standings, late.moved, late.faults, late.repeated) == (standings, [], [], 1)
    assert standings[1].heard == {Heard(Said.PAID, FEN, ""), Heard(Said.REVERSED, FEN, "")}


answers = st.builds(
    Answer,
    row=st.integers(1, 99),
    reference=st.sampled_from(
        [*map(BATCH.reference, BATCH.lines), OTHER.reference(FIRST), "RF00", "", BATCH.reference(replace(FIRST, no=99))]
    ),
    said=st.sampled_from(Said),
    amount_fen=st.one_of(st.sampled_from([line.amount_fen for line in BATCH.lines]), st.integers(1, 2 * FEN)),
    ordered_fen=st.sampled_from([None, None, FEN]),
    account_tail=st.sampled_from([None, None, "0001"]),
    reason=st.sampled_from([None, *Reason]),
    booking=st.sampled_from(["", "B1", "B2"]),
)
files = st.builds(
    Returned, st.sampled_from(["1", "2", "3", "4"]), st.lists(answers, max_size=12), st.just(()), st.booleans()
)


def sound(batch: Batch, standing: Standing, amount_fen: int) -> None:
    """A line's outcome says where its money is."""
    match standing.outcome:
        case Outcome.PAID:
            assert standing.paid_fen == amount_fen
        case Outcome.PARTIAL:
            assert 0 < standing.paid_fen < amount_fen
        case Outcome.UNMATCHED:
            assert standing == OPEN
        case _:
            assert standing.paid_fen == 0


@settings(deadline=None)
@given(st.lists(files, max_size=5))
def test_whatever_banks_answer_every_line_has_one_outcome_and_sums_agree(returned: Sequence[Returned]) -> None:
    standings: dict[int, Standing] = {}
    for one in returned:
        before = dict(standings)
        done = reconcile(BATCH.ordered, one, standings)
        standings = dict(done.standings)
        assert list(standings) == [line.no for line in BATCH.lines]
        for line in BATCH.lines:
            sound(BATCH, standings[line.no], line.amount_fen)
        assert sum(len(done.lines(outcome)) for outcome in Outcome) == BATCH.count
        assert sum(sums(BATCH.ordered, standings)) == BATCH.sum_fen
        assert sums(BATCH.ordered, standings).paid_fen == sum(s.paid_fen for s in standings.values())
        assert done.moved == [no for no, s in standings.items() if s != before.get(no, OPEN)]
        faulty = {fault.params["line"] for fault in done.faults if "line" in fault.params}
        assert not faulty & set(done.moved)
        again = reconcile(BATCH.ordered, one, standings)
        assert again.standings == standings
        assert reconcile(BATCH.ordered, one, standings, heard_files={one.sha256}).standings == standings


@settings(deadline=None)
@given(files, st.randoms(use_true_random=False))
def test_in_whatever_order_rows_stand_the_result_is_the_same(returned: Returned, chance: object) -> None:
    rows = list(returned.answers)
    chance.shuffle(rows)  # type: ignore[attr-defined]
    one = reconcile(BATCH.ordered, returned)
    other = reconcile(BATCH.ordered, replace(returned, answers=rows))
    assert {no: (s.outcome, s.paid_fen, s.heard) for no, s in one.standings.items()} == {
        no: (s.outcome, s.paid_fen, s.heard) for no, s in other.standings.items()
    }


told = st.dictionaries(
    st.sampled_from([line.no for line in BATCH.lines]), st.sampled_from([Said.PAID, Said.FAILED]), min_size=1
)


def by_table(template: Template) -> Callable[[dict[int, Said]], Returned]:
    def read(said: dict[int, Said]) -> Returned:
        content = examples.answered(BATCH, template, {no: Told(one) for no, one in said.items()})
        return read_answer(content, template, TEMPLATES, BATCH.key)

    return read


def by_camt(said: dict[int, Said]) -> Returned:
    return read_camt(examples.notified(BATCH, {no: [Told(one)] for no, one in said.items()}), BATCH.key)


@pytest.mark.parametrize("read", [*map(by_table, TEMPLATES.values()), by_camt], ids=[*TEMPLATES, "camt.054"])
@settings(deadline=None)
@given(said=told)
def test_what_the_bank_did_comes_back_in_every_form(
    read: Callable[[dict[int, Said]], Returned], said: dict[int, Said]
) -> None:
    done = reconcile(BATCH.ordered, read(said))
    assert done.clean
    wanted = {Said.PAID: Outcome.PAID, Said.FAILED: Outcome.FAILED}
    for line in BATCH.lines:
        assert done.standings[line.no].outcome == (wanted[said[line.no]] if line.no in said else Outcome.UNMATCHED)
    paid = sum(line.amount_fen for line in BATCH.lines if said.get(line.no) is Said.PAID)
    failed = sum(line.amount_fen for line in BATCH.lines if said.get(line.no) is Said.FAILED)
    assert sums(BATCH.ordered, done.standings) == (paid, failed, 0, BATCH.sum_fen - paid - failed)
