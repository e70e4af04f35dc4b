"""Histories drawn at random: what registry and relief may have recorded, in any order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from random import Random
from typing import Any, Literal
from uuid import UUID

from hypothesis import strategies as st

from unionaid.contracts import topic_name
from unionaid.contracts.event import Event as Fact
from unionaid.contracts.registry import (
    Assessment,
    DossierApproved,
    DossierAssessed,
    DossierCalledBack,
    DossierClosed,
    DossierHolderChanged,
    DossierMoved,
    DossierOpened,
    DossierPosted,
    DossierReclassified,
    DossierReturned,
    DossierReviewed,
    DossierVerified,
    EnterpriseDetailsCorrected,
    EnterpriseRegistered,
    FiveClears,
    FiveClearsRecorded,
    IdentityReference,
    PersonRegistered,
    SchemeTitle,
    TitleSchemeAdopted,
    UnionOrgDetailsCorrected,
    UnionOrgEstablished,
    UnionOrgMoved,
    WorkerMerged,
    WorkerRegistered,
    WorkerUnmerged,
    pair_id,
)
from unionaid.contracts.relief import (
    BankReturnRecorded,
    FundOpened,
    FundPart,
    FundsReceived,
    GoodsIssued,
    GoodsPart,
    GoodsReturned,
    PaymentFailed,
    PaymentOrdered,
    PaymentReversed,
    ProgrammeOpened,
    ReliefCancelled,
    ReliefPaid,
    SkillsSessionHeld,
    TraineeCompleted,
    TraineeEnrolled,
    TraineePlaced,
    application_id,
)
from unionaid.reporting.examples import Log

Logs = Mapping[str, list[bytes]]


def uuid(kind: int, n: int) -> UUID:
    return UUID(int=kind << 64 | n, version=4)


DAY = st.dates(date(2013, 1, 1), date(2017, 12, 31))
FEN = st.integers(1, 10**15)
NUMBER = st.integers(0, 5)
METHOD: st.SearchStrategy[Literal["cash", "bank", "goods"]] = st.sampled_from(("cash", "bank", "goods"))
SERVICES: tuple[Literal["registry", "relief"], ...] = ("registry", "relief")


@st.composite
def registry_facts(draw: st.DrawFn) -> list[Fact]:
    enterprises = draw(NUMBER)
    facts: list[Fact] = [
        UnionOrgEstablished(
            occurred_on=draw(DAY),
            org_id=uuid(1, n),
            level="district" if n == 0 else "grassroots",
            parent_id=None if n == 0 else uuid(1, draw(st.integers(0, n - 1))),
            name=f"工会{n}",
        )
        for n in range(draw(NUMBER))
    ]
    facts += [
        EnterpriseRegistered(
            occurred_on=draw(DAY),
            enterprise_id=uuid(2, n),
            uscc="91640302MA0000001Y",
            name="企业",
            ownership=draw(st.sampled_from(("public", "non_public", "institution"))),
            union_org_id=draw(st.none() | st.just(uuid(1, 0))),
        )
        for n in range(enterprises)
    ]
    facts += [
        EnterpriseDetailsCorrected(
            occurred_on=draw(DAY),
            enterprise_id=uuid(2, draw(NUMBER)),
            uscc="91640302MA0000001Y",
            name="企业",
            ownership=draw(st.sampled_from(("public", "non_public", "institution"))),
            corrected_details=("ownership",),
            reason_code="changed",
            since=draw(st.none() | DAY),
        )
        for _ in range(draw(NUMBER))
    ]
    facts += [
        UnionOrgMoved(
            occurred_on=draw(DAY), org_id=uuid(1, n), parent_id=uuid(1, draw(st.integers(0, n - 1))),
            former_parent_id=uuid(1, 0),
        )
        for n in draw(st.lists(st.integers(1, 5), max_size=4))
    ]  # fmt: skip
    facts += [
        UnionOrgDetailsCorrected(
            occurred_on=draw(DAY), org_id=uuid(1, draw(NUMBER)), name=f"新工会{n}",
            reason_code="changed", since=draw(st.none() | DAY),
        )
        for n in range(draw(NUMBER))
    ]  # fmt: skip
    facts += [
        TitleSchemeAdopted(
            occurred_on=draw(DAY),
            scheme_id=uuid(9, n),
            enterprise_id=uuid(2, n),
            titles=(SchemeTitle(title_name="技师", grades=3),),
        )
        for n in range(draw(NUMBER))
    ]
    for n in range(draw(NUMBER)):
        facts.append(
            PersonRegistered(
                occurred_on=draw(DAY),
                person_id=uuid(3, n),
                identity=IdentityReference(vault_version=1, commitment="0" * 64),
                birth_year=draw(st.none() | st.integers(1930, 2010)),
                sex=draw(st.sampled_from(("female", "male", None))),
            )
        )
        if draw(st.integers(0, 3)):
            facts.append(
                WorkerRegistered(
                    occurred_on=draw(DAY),
                    person_id=uuid(3, n),
                    union_org_id=uuid(1, draw(NUMBER)),
                    enterprise_id=draw(st.none() | st.integers(0, enterprises).map(lambda m: uuid(2, m))),
                    migrant=draw(st.booleans()),
                )
            )
    facts += draw(dossier_facts())
    return [*draw(st.permutations(facts)), *draw(merges())]


LEVEL: st.SearchStrategy[Literal["deep", "relative", "sudden"]] = st.sampled_from(("deep", "relative", "sudden"))
CAUSE: st.SearchStrategy[Literal["illness", "schooling"]] = st.sampled_from(("illness", "schooling"))
DOSSIER_DAY = st.sampled_from((date(2016, 12, 31), date(2017, 1, 1), date(2017, 6, 1))) | DAY


@st.composite
def dossier_facts(draw: st.DrawFn) -> list[Fact]:
    """What may be said of some dossiers, in any order and on any days: also what registry would refuse."""
    return [
        draw(dossier_fact(uuid(8, n))) for n in range(draw(st.integers(0, 3))) for _ in range(draw(st.integers(0, 9)))
    ]


@st.composite
def dossier_fact(draw: st.DrawFn, dossier_id: UUID) -> Fact:
    """One event of a dossier."""
    of: dict[str, Any] = {"occurred_on": draw(DOSSIER_DAY), "dossier_id": dossier_id}
    holder, union = uuid(3, draw(NUMBER)), uuid(1, draw(NUMBER))
    level, cause, former = draw(LEVEL), draw(CAUSE), uuid(1, draw(NUMBER))
    policy = draw(st.sampled_from(("hardship-2016.1", "hardship-2017.1")))
    assessment = Assessment(policy_version=policy, household_size=3, income_ratio_percent=80, hardship_level=level)
    household: dict[str, Any] = {"household_id": uuid(10, dossier_id.int & 0xFF)}
    return draw(
        st.sampled_from(
            (
                DossierOpened(**of, **household, holder_id=holder, union_org_id=union),
                FiveClearsRecorded(**of, clears=FiveClears(hardship_cause=draw(st.none() | st.just(cause)))),
                DossierAssessed(**of, assessment=assessment),
                DossierVerified(**of),
                DossierPosted(
                    **of, notice_place="公开栏", posted_until=date(2018, 1, 1), notice_working_days=5,
                    calendar_version="2017",
                ),
                DossierApproved(
                    **of, **household, holder_id=holder, union_org_id=union, hardship_level=level,
                    hardship_cause=cause, household_size=3, income_ratio_percent=80, policy_version=policy,
                    next_review_on=date(2018, 1, 1),
                ),
                DossierReturned(**of, reason_code="facts-doubtful", missing_clears=()),
                DossierReviewed(**of, assessment=assessment, next_review_on=date(2018, 1, 1)),
                DossierReclassified(**of, former_level="deep", hardship_level=level, policy_version=policy),
                DossierClosed(**of, **household, reason_code="lifted"),
                DossierHolderChanged(
                    **of, former_holder_id=uuid(3, 0), holder_id=holder, union_org_id=union, reason_code="asked"
                ),
                DossierMoved(**of, former_union_org_id=former, union_org_id=union),
                DossierCalledBack(**of, call_back_outcome="stable"),
            )
        )
    )  # fmt: skip


@st.composite
def merges(draw: st.DrawFn) -> list[Fact]:
    """Persons are merged, some merges are undone, and some of those persons are merged again."""
    standing: dict[int, int] = {}
    facts: list[Fact] = []
    for n in draw(st.lists(st.integers(1, 5), max_size=9)):
        if n in standing:
            facts.append(unmerge(n, standing.pop(n)))
        else:
            standing[n] = draw(st.integers(0, n - 1))
            facts.append(merge(n, standing[n]))
    return facts


def merge(person: int, survivor: int) -> WorkerMerged:
    """One person stands for another, who may stand for a third."""
    one, other = uuid(3, person), uuid(3, survivor)
    return WorkerMerged(
        occurred_on=date(2017, 1, 6),
        pair_id=pair_id(one, other),
        person_id=one,
        survivor_id=other,
        reason_code="documents-agree",
    )


def unmerge(person: int, survivor: int) -> WorkerUnmerged:
    """One person stands for itself again."""
    one, other = uuid(3, person), uuid(3, survivor)
    return WorkerUnmerged(
        occurred_on=date(2017, 2, 6),
        pair_id=pair_id(one, other),
        request_id=uuid(7, person),
        person_id=one,
        survivor_id=other,
        held_person_ids=(one, other),
    )


@st.composite
def payments(draw: st.DrawFn, line: int) -> ReliefPaid:
    parts = tuple(
        FundPart(fund_id=uuid(5, n), amount_fen=draw(st.integers(1, 10**14))) for n in draw(st.sets(NUMBER, min_size=1))
    )
    list_id, method = uuid(6, draw(NUMBER)), draw(METHOD)
    return ReliefPaid(
        occurred_on=draw(st.sampled_from((date(2016, 12, 31), date(2017, 1, 1))) | DAY),
        application_id=application_id(list_id, line),
        list_id=list_id,
        line=line,
        programme_id=uuid(4, draw(NUMBER)),
        programme_kind=draw(st.sampled_from(("WINTER_WARMTH", "AUTUMN_TUITION"))),
        programme_year=2017,
        person_id=uuid(3, draw(NUMBER)),
        union_org_id=uuid(1, draw(NUMBER)),
        method=method,
        amount_fen=sum(part.amount_fen for part in parts),
        parts=parts,
        batch_id=uuid(7, draw(NUMBER)) if method == "bank" else None,
        signed_by="payee" if method == "cash" else None,
    )


def reversal(paid: ReliefPaid, on: date) -> PaymentReversed:
    """What a bank had paid comes back."""
    told = paid.model_dump(exclude={"occurred_on", "signed_by", "proxy_person_id"})
    return PaymentReversed(**told, occurred_on=on, paid_on=paid.occurred_on, reason_code="account-closed")


@st.composite
def unpaid(draw: st.DrawFn, line: int) -> Fact:
    """What is said of money that the bank did not pay, or not yet."""
    list_id, batch_id, day, fen = uuid(6, draw(NUMBER)), uuid(7, draw(NUMBER)), draw(DAY), draw(st.integers(1, 10**14))
    about: dict[str, Any] = {"occurred_on": day, "application_id": application_id(list_id, line), "list_id": list_id}
    return draw(
        st.sampled_from(
            (
                PaymentOrdered(**about, line=line, batch_id=batch_id, amount_fen=fen),
                PaymentFailed(**about, line=line, batch_id=batch_id, amount_fen=fen, reason_code="account-closed"),
                ReliefCancelled(**about, line=line, amount_fen=fen, reason_code="moved-away"),
                BankReturnRecorded(
                    occurred_on=day, batch_id=batch_id, list_id=list_id,
                    paid_lines=1, paid_fen=fen, failed_lines=1, failed_fen=fen,
                ),
            )
        )
    )  # fmt: skip


@st.composite
def activities(draw: st.DrawFn) -> Fact:
    """Goods handed out or back, a session, a step of a trainee."""
    about: dict[str, Any] = {
        "occurred_on": draw(st.sampled_from((date(2016, 12, 31), date(2017, 1, 1))) | DAY),
        "programme_id": uuid(4, draw(NUMBER)),
        "programme_kind": draw(st.sampled_from(("SUMMER_COOLNESS", "SPRING_SKILLS"))),
        "programme_year": 2017,
        "union_org_id": uuid(1, draw(NUMBER)),
    }
    kinds: tuple[type[Fact], ...] = (GoodsIssued, GoodsReturned, SkillsSessionHeld, *TRAINEE_STEPS)
    kind = draw(st.sampled_from(kinds))
    if kind in (GoodsIssued, GoodsReturned):
        quantity, value = draw(st.integers(1, 90)), draw(st.integers(1, 900))
        part = GoodsPart(
            stock_id=uuid(11, 1), fund_id=uuid(5, 1), receipt_id=uuid(12, 1), quantity=quantity, unit_value_fen=value
        )
        about |= {"issue_id": uuid(13, draw(NUMBER)), "site": draw(st.sampled_from(("一站", "二站"))),
                  "head_count": draw(st.integers(1, 50)), "goods": (part,), "amount_fen": part.amount_fen}  # fmt: skip
    else:
        about["session_id"] = uuid(14, draw(NUMBER))
    if kind is GoodsReturned:
        about["reason_code"] = "unused"
    elif kind is SkillsSessionHeld:
        about |= {"name": "培训班", "last_on": date(2018, 1, 1), "hours": 8, "places": 50}
    elif kind is not GoodsIssued:
        about["person_id"] = uuid(3, draw(NUMBER))
    if kind is TraineePlaced:
        about["employer"] = "公司"
    return kind.model_validate(about)


TRAINEE_STEPS = (TraineeEnrolled, TraineeCompleted, TraineePlaced)


@st.composite
def relief_facts(draw: st.DrawFn) -> list[Fact]:
    facts: list[Fact] = [
        FundOpened(occurred_on=draw(DAY), fund_id=uuid(5, n), source="donation", name="基金")
        for n in range(draw(NUMBER))
    ]
    facts += [
        FundsReceived(occurred_on=draw(DAY), fund_id=uuid(5, n), amount_fen=draw(FEN), voucher="1")
        for n in range(draw(NUMBER))
    ]
    facts += [
        ProgrammeOpened(
            occurred_on=draw(DAY),
            programme_id=uuid(4, n),
            kind="WINTER_WARMTH",
            year=2017,
            name="送温暖",
            window_from=date(2016, 12, 15),
            window_to=date(2017, 2, 11),
            purpose="visit",
            standard_fen=1,
            amount_max_fen=draw(FEN),
            policy_version=f"winter-warmth-2017.{n}",
        )
        for n in range(draw(NUMBER))
    ]
    paid = [draw(payments(line)) for line in range(1, 1 + draw(st.integers(0, 25)))]
    facts += paid
    facts += [reversal(one, draw(DAY)) for one in paid if one.method == "bank" and draw(st.booleans())]
    facts += [draw(activities()) for _ in range(draw(st.integers(0, 12)))]
    facts += [draw(unpaid(line)) for line in range(1, 1 + draw(NUMBER))]
    return draw(st.permutations(facts))


HISTORIES = st.tuples(registry_facts(), relief_facts())


def written(division: str, history: tuple[Sequence[Fact], Sequence[Fact]]) -> Logs:
    found = {}
    for service, facts in zip(SERVICES, history, strict=True):
        log = Log(division, service, Random(1))
        for fact in facts:
            log.add(fact)
        found[topic_name(division, service)] = log.values
    return found
