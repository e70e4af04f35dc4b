"""The autumn tuition of 2016, as the history tells it: children around 1 June, who entered a school, the society's aid.

What a student receives follows from the birth year by the policy of 2016; on some lines the officer asks for less, so
that all of them together come to what was reported. The services decide whether each qualifies.
"""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.contracts.relief import application_id
from unionaid.embedded.filing import Student
from unionaid.embedded.relief_lists import Days, Entry, approved, hand_out
from unionaid.embedded.sample import SEED
from unionaid.embedded.telling import Telling

TOTAL_FEN = 75_400_000
"""The target the history is told towards; what is shown is what reporting counts."""
PERIOD = ("2016-01-01", "2016-12-31")
COLLEGE_ENTRANTS, SCHOOL_ENTRANTS = 1998, 2001
"""When those were born who enter college and upper secondary school in 2016."""
_YOUNGER_THAN_FOURTEEN = 2003
_SCHOOLS = {"college": "外省高等学校", "upper_secondary": "丰禾区高级中学"}
_STEP_FEN, _LOWERED_ABOVE_FEN = 10_000, 50_000
_FUND_OPENED_ON, _FUNDED_ON = "2016-05-03", "2016-05-10"
_VOUCHERS = {"dues": "丰工财〔2016〕31号", "donation": "助收字2016-001"}


@dataclass(frozen=True, slots=True)
class Purse:
    """A fund as it is opened."""

    name: str
    source: str
    earmark: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One programme of the tuition with the fund that pays it, and the days of its steps."""

    purpose: str
    name: str
    window: tuple[str, str]
    purse: Purse
    days: Days
    paid_on: str


DUES = Purse("2016年金秋助学专项资金", "dues")
SOCIETY = Purse("助学互助会资金", "donation", "society-aid")
PARTS = (
    Part(
        "children", "2016年六一儿童慰问", ("2016-05-20", "2016-06-10"), DUES,
        Days("2016-05-23", "2016-05-25", "2016-05-27"), "2016-06-01",
    ),
    Part(
        "entrants", "2016年金秋助学", ("2016-07-25", "2016-09-30"), DUES,
        Days("2016-08-22", "2016-08-24", "2016-08-26"), "2016-08-30",
    ),
    Part(
        "society-aid", "2016年助学互助会助学", ("2016-09-01", "2016-10-31"), SOCIETY,
        Days("2016-09-12", "2016-09-14", "2016-09-19"), "2016-09-23",
    ),
)  # fmt: skip


class Tuition:
    """Tells the tuition of a year to a running stack."""

    def __init__(self, tell: Telling, students: Sequence[Student]) -> None:
        self._tell, self._students = tell, students
        amounts = awards(students, TOTAL_FEN * tell.scale)
        self._awarded = list(zip(students, amounts, strict=True))

    def admit(self) -> str | None:
        """Record the letters of admission of those who enter a school; return where registry stands then."""
        entrants = [(student, stage) for student in self._students if (stage := _admitted_to(student)) is not None]
        household = None
        with self._tell.step("Letters of admission", len(entrants)) as advance:
            for student, stage in entrants:
                self._tell.do(
                    self._tell.officer("grassroots_officer", student.union_id), "registry",
                    f"/households/{student.household_id}/members/{student.person_id}/admission",
                    f"admission-{student.person_id}",
                    school_stage=stage, school=_SCHOOLS[stage], occurred_on="2016-08-15",
                    admission_letter_sha256=hashlib.sha256(f"letter {student.person_id}".encode()).hexdigest(),
                    admission_letter_bytes=262_144,
                )  # fmt: skip
                household = stream_name("household", UUID(student.household_id)), 1 + student.members + 1
                advance(1)
        return self._tell.position("registry", *household) if household else None

    def pay(self, after: str | None) -> str | None:
        """Bring all three kinds of aid, each by a list of every sub-district; return where relief stands then."""
        funds = {purse.name: self._fund(purse) for purse in (DUES, SOCIETY)}
        last = None
        with self._tell.step("Tuition paid", len(self._awarded)) as advance:
            for part in PARTS:
                those = [(student, fen) for student, fen in self._awarded if purpose_of(student.born) == part.purpose]
                total = sum(fen for _, fen in those)
                programme, budget = self._opened(part, funds[part.purse.name], total)
                for above in sorted({student.above_id for student, _ in those}):
                    lines = [(student, fen) for student, fen in those if student.above_id == above]
                    last = self._list(part, (programme, budget), above, lines, after)
                    advance(len(lines))
        return self._tell.position("relief", *last) if last else None

    def _fund(self, purse: Purse) -> str:
        """Open a fund, with all the money of the parts that it pays."""
        accountant = self._tell.officer("accountant")
        fund = self._tell.do(
            accountant, "relief", "/funds", f"fund-{purse.name}",
            occurred_on=_FUND_OPENED_ON, source=purse.source, name=purse.name, earmark=purse.earmark,
        )["fund_id"]  # fmt: skip
        paid = {part.purpose for part in PARTS if part.purse == purse}
        total = sum(fen for student, fen in self._awarded if purpose_of(student.born) in paid)
        self._tell.do(
            accountant, "relief", f"/funds/{fund}/receipts", f"receipt-{purse.name}",
            occurred_on=_FUNDED_ON, amount_fen=total, voucher=_VOUCHERS[purse.source],
        )  # fmt: skip
        return str(fund)

    def _opened(self, part: Part, fund: str, total: int) -> tuple[str, str]:
        """Open a part's programme and give it its budget; return both."""
        programme = self._tell.do(
            self._tell.officer("district_officer"), "relief", "/programmes", f"programme-{part.purpose}",
            occurred_on=part.window[0], kind="AUTUMN_TUITION", year=2016, name=part.name,
            window_from=part.window[0], window_to=part.window[1], purpose=part.purpose,
        )["programme_id"]  # fmt: skip
        budget = self._tell.do(
            self._tell.officer("accountant"), "relief", f"/funds/{fund}/budgets", f"budget-{part.purpose}",
            occurred_on=part.window[0], programme_id=programme, amount_fen=total,
        )["budget_id"]  # fmt: skip
        return programme, budget

    def _list(
        self, part: Part, paid_by: tuple[str, str], above: str, lines: Sequence[tuple[Student, int]], after: str | None
    ) -> tuple[str, int]:
        """Take a list of a sub-district to its payment; a parent signs for a child. Return where it ends."""
        key = f"{part.purpose}-{above}"
        people = [(student.person_id, fen) for student, fen in lines]
        entry = Entry(*paid_by, above, self._tell.officer("district_officer"), above, people)
        path = approved(self._tell, entry, part.days, key, after)
        signed = [
            {"line": n, "signed_by": "proxy", "proxy_person_id": student.holder_id}
            if part.purpose == "children"
            else {"line": n, "signed_by": "payee"}
            for n, (student, _) in enumerate(lines, start=1)
        ]
        hand_out(self._tell, path, signed, part.paid_on, key)
        return stream_name("application", application_id(UUID(path.rpartition("/")[2]), len(lines))), 4


def purpose_of(born: int) -> str:
    """Return for what a student born in a year is helped in 2016."""
    if born >= _YOUNGER_THAN_FOURTEEN:
        return "children"
    return "entrants" if born in (COLLEGE_ENTRANTS, SCHOOL_ENTRANTS) else "society-aid"


def awards(students: Sequence[Student], total_fen: int) -> list[int]:
    """Return what each student is to receive, in fen: the usual amount, on some lines some steps less.

    Raises:
        ValueError: the sum cannot be met with these students.
    """
    amounts = [_usual_fen(student.born) for student in students]
    draw = random.Random(SEED + 2)  # noqa: S311  the same lines each time
    while (over := sum(amounts) - total_fen) != 0:
        larger = [n for n, fen in enumerate(amounts) if fen > _LOWERED_ABOVE_FEN]
        if over < 0 or over % _STEP_FEN or not larger:
            raise ValueError(f"{len(students)} students cannot receive {total_fen} fen")
        for n in draw.sample(larger, min(len(larger), over // _STEP_FEN)):
            amounts[n] -= _STEP_FEN
    return amounts


def _usual_fen(born: int) -> int:
    return next(fen for first, fen in _USUAL if born >= first)


_USUAL: Sequence[tuple[int, int]] = (
    (_YOUNGER_THAN_FOURTEEN, 50_000),
    (2002, 100_000),
    (SCHOOL_ENTRANTS, 300_000),
    (1999, 200_000),
    (COLLEGE_ENTRANTS, 500_000),
    (1990, 300_000),
)
"""Who was born in that year or later receives that much: the standards of 2016, by what school the year is at."""


def _admitted_to(student: Student) -> str | None:
    return {COLLEGE_ENTRANTS: "college", SCHOOL_ENTRANTS: "upper_secondary"}.get(student.born)
