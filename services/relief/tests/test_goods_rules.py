"""Goods: given or bought, handed out at their own value, and put right; a stock never goes below zero."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid5

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from unionaid.contracts import Event
from unionaid.contracts.relief import (
    GoodsIssued,
    GoodsPaid,
    GoodsPart,
    GoodsPutBack,
    GoodsReceived,
    GoodsRefunded,
    GoodsRemoved,
    GoodsReturned,
    GoodsTaken,
    StockOpened,
)
from unionaid.contracts.samples import BUDGET, FUND, GRASSROOTS, ISSUE, PROGRAMME, STOCK
from unionaid.relief.domain.budget.facts import INITIAL as NO_BUDGET
from unionaid.relief.domain.budget.facts import Budget, budget_of
from unionaid.relief.domain.budget.facts import Open as OpenBudget
from unionaid.relief.domain.fund.facts import fund_of
from unionaid.relief.domain.goods_issue import facts as issue_facts
from unionaid.relief.domain.goods_issue.rules import IssueGoods, Item, ReturnGoods, issue_goods, return_goods
from unionaid.relief.domain.programme.facts import Closed, programme_of
from unionaid.relief.domain.refusals import (
    AlreadyOpened,
    BeforePreviousStep,
    BudgetInsufficient,
    BudgetOfOtherFund,
    DateInFuture,
    DonorMissing,
    EarmarkedOtherwise,
    FundNotOfDonations,
    HeadCountTooLarge,
    ItemTwice,
    NotFound,
    OutsideWindow,
    ProgrammeIsClosed,
    ReferenceUnknown,
    ReturnTooLarge,
    StockInsufficient,
    StockTooLarge,
    SumTooLarge,
    TooManyParts,
)
from unionaid.relief.domain.stock.facts import INITIAL, Open, evolve, stock_of
from unionaid.relief.domain.stock.rules import (
    Arrival,
    Donor,
    OpenStock,
    RemoveGoods,
    buy,
    open_stock,
    receive_donated,
    remove,
)
from unionaid.relief.examples import TODAY, budget_opened, fund_opened, person, programme_opened
from unionaid.service.refusals import BrokenHistory, Refusal
from unionaid.testkit.rules import telling

given = telling(evolve, INITIAL)
given_issue = telling(issue_facts.evolve, issue_facts.INITIAL)
FIRST, SECOND = uuid5(STOCK, "first"), uuid5(STOCK, "second")
ON, LATER = date(2017, 1, 9), date(2017, 1, 12)
VOUCHER = "样购〔2017〕8号"
ARRIVAL = Arrival(FIRST, 100, 12_800, VOUCHER, ON, TODAY)
SHOP = Donor("invoice", organisation="样例百货商场")
ISSUING = IssueGoods(ISSUE, GRASSROOTS, "样例道路养护三工区", 60, [Item(STOCK, 60)], None, LATER, TODAY)
WINTER = programme_of([programme_opened()])


def opened(source: str = "donation", earmark: str | None = None) -> StockOpened:
    return StockOpened.model_validate(
        {
            "occurred_on": date(2017, 1, 3),
            "stock_id": STOCK,
            "fund_id": FUND,
            "source": source,
            "earmark": earmark,
            "item": "棉被",
            "unit": "piece",
        }
    )


def came(
    receipt_id: UUID = FIRST, quantity: int = 100, value: int = 12_800, on: date = ON, bought: bool = False
) -> GoodsReceived:
    origin = {"origin": "bought", "budget_id": BUDGET} if bought else {
        "origin": "donated", "donor_organisation": SHOP.organisation, "valuation": "invoice",
    }  # fmt: skip
    return GoodsReceived.model_validate(
        {
            "occurred_on": on,
            "stock_id": STOCK,
            "fund_id": FUND,
            "receipt_id": receipt_id,
            "quantity": quantity,
            "unit_value_fen": value,
            "amount_fen": quantity * value,
            "voucher": VOUCHER,
            **origin,
        }
    )


def taken(quantity: int, receipt_id: UUID = FIRST, on: date = LATER) -> GoodsTaken:
    return GoodsTaken(occurred_on=on, stock_id=STOCK, issue_id=ISSUE, receipt_id=receipt_id, quantity=quantity)


def part(quantity: int, receipt_id: UUID = FIRST, value: int = 12_800) -> GoodsPart:
    return GoodsPart(stock_id=STOCK, fund_id=FUND, receipt_id=receipt_id, quantity=quantity, unit_value_fen=value)


def handed_out(*goods: GoodsPart, heads: int = 60) -> GoodsIssued:
    return GoodsIssued(
        occurred_on=LATER,
        issue_id=ISSUE,
        programme_id=PROGRAMME,
        programme_kind="WINTER_WARMTH",
        programme_year=2017,
        union_org_id=GRASSROOTS,
        site=ISSUING.site,
        head_count=heads,
        goods=goods,
        amount_fen=sum(one.amount_fen for one in goods),
    )


def budget(fen: int = 2_000_000) -> Budget:
    return budget_of([budget_opened(fen)])


def test_a_stock_is_opened_once_and_keeps_what_the_fund_is() -> None:
    command = OpenStock(STOCK, "棉被", "piece", date(2017, 1, 3), TODAY)
    fund = fund_of([fund_opened("festival-visit")])
    given().when(open_stock, fund, command).then(opened("appropriation", "festival-visit"))
    given(opened()).when(open_stock, fund, command).refused(AlreadyOpened)
    given().when(open_stock, fund_of([]), command).refused(NotFound)


def test_what_is_given_has_a_donor_a_value_and_a_fund_of_donations() -> None:
    stock = given(opened())
    stock.when(receive_donated, ARRIVAL, SHOP).then(came())
    somebody = came().model_copy(update={"donor_organisation": None, "donor_person_id": person(1)})
    stock.when(receive_donated, ARRIVAL, Donor("invoice", person_id=person(1))).then(somebody)
    stock.when(receive_donated, ARRIVAL, Donor("invoice")).refused(DonorMissing)
    stock.when(receive_donated, ARRIVAL, replace(SHOP, person_id=person(1))).refused(DonorMissing)
    given(opened("dues")).when(receive_donated, ARRIVAL, SHOP).refused(FundNotOfDonations)
    given().when(receive_donated, ARRIVAL, SHOP).refused(NotFound)
    given(opened(), came()).when(receive_donated, ARRIVAL, SHOP).refused(AlreadyOpened)


def test_what_is_bought_is_paid_from_a_budget_of_the_same_fund() -> None:
    paid = GoodsPaid(
        occurred_on=ON,
        budget_id=BUDGET,
        fund_id=FUND,
        programme_id=PROGRAMME,
        stock_id=STOCK,
        receipt_id=FIRST,
        amount_fen=1_280_000,
        voucher=VOUCHER,
    )
    stock = given(opened("dues"))
    stock.when(buy, budget(), ARRIVAL).then(came(bought=True), paid)
    stock.when(buy, budget(1_279_999), ARRIVAL).refused(BudgetInsufficient)
    stock.when(buy, NO_BUDGET, ARRIVAL).refused(ReferenceUnknown)
    elsewhere = budget()
    assert isinstance(elsewhere, OpenBudget)
    stock.when(buy, replace(elsewhere, fund_id=STOCK), ARRIVAL).refused(BudgetOfOtherFund)


def test_too_much_and_too_dear_is_refused() -> None:
    stock = given(opened(), came(SECOND, 999_950, 1))
    stock.when(receive_donated, replace(ARRIVAL, quantity=51), SHOP).refused(StockTooLarge)
    dear = replace(ARRIVAL, quantity=2, unit_value_fen=10**15 // 2)
    stock.when(receive_donated, dear, SHOP).refused(SumTooLarge)
    stock.when(receive_donated, replace(ARRIVAL, on=date(2017, 3, 2)), SHOP).refused(DateInFuture)


def removal(reason: str, quantity: int = 5, bought: bool = False) -> GoodsRemoved:
    return GoodsRemoved.model_validate(
        {
            "occurred_on": LATER,
            "stock_id": STOCK,
            "fund_id": FUND,
            "receipt_id": FIRST,
            "origin": "bought" if bought else "donated",
            "quantity": quantity,
            "unit_value_fen": 12_800,
            "amount_fen": quantity * 12_800,
            "reason_code": reason,
            "voucher": VOUCHER,
        }
    )


def test_what_was_sent_back_is_refunded_and_what_spoils_is_not() -> None:
    sent_back = RemoveGoods(FIRST, 5, "sent-back", VOUCHER, LATER, TODAY)
    refunded = GoodsRefunded(
        occurred_on=LATER,
        budget_id=BUDGET,
        fund_id=FUND,
        programme_id=PROGRAMME,
        stock_id=STOCK,
        receipt_id=FIRST,
        amount_fen=64_000,
        voucher=VOUCHER,
    )
    bought = given(opened("dues"), came(bought=True))
    bought.when(remove, budget(), sent_back).then(removal("sent-back", bought=True), refunded)
    bought.when(remove, budget(), replace(sent_back, reason="spoiled")).then(removal("spoiled", bought=True))
    given(opened(), came()).when(remove, NO_BUDGET, sent_back).then(removal("sent-back"))
    bought.when(remove, budget(), replace(sent_back, quantity=101)).refused(StockInsufficient)
    bought.when(remove, budget(), replace(sent_back, receipt_id=SECOND)).refused(NotFound)
    bought.when(remove, budget(), replace(sent_back, on=date(2017, 1, 8))).refused(BeforePreviousStep)


def issue(command: IssueGoods, *history: Event) -> list[Event]:
    return issue_goods(issue_facts.INITIAL, {STOCK: stock_of(history)}, WINTER, command)


def test_the_oldest_goes_first_at_its_own_value() -> None:
    history = (opened(), came(SECOND, 50, 10_000, date(2017, 1, 10)), came(FIRST, 20))
    assert issue(ISSUING, *history) == [
        handed_out(part(20), part(40, SECOND, 10_000)),
        taken(20),
        taken(40, SECOND),
    ]


def test_a_closed_programme_hands_nothing_out() -> None:
    closed = Closed(programme_opened())
    given_issue().when(issue_goods, {STOCK: stock_of([opened(), came()])}, closed, ISSUING).refused(ProgrammeIsClosed)


REFUSED_ISSUES: list[tuple[str, IssueGoods, list[Event], type[Refusal]]] = [
    ("more than there is", ISSUING, [opened(), came(quantity=59)], StockInsufficient),
    ("what came later", ISSUING, [opened(), came(on=date(2017, 1, 13))], StockInsufficient),
    ("no such stock", ISSUING, [], ReferenceUnknown),
    ("for another purpose", ISSUING, [opened(earmark="children"), came()], EarmarkedOtherwise),
    ("twice", replace(ISSUING, items=[Item(STOCK, 1), Item(STOCK, 1)]), [opened(), came()], ItemTwice),
    ("outside the window", replace(ISSUING, on=date(2017, 2, 12)), [opened(), came()], OutsideWindow),
    ("in the future", replace(ISSUING, on=date(2017, 3, 2)), [opened(), came()], DateInFuture),
    (
        "from too many receipts",
        replace(ISSUING, items=[Item(STOCK, 101)]),
        [opened(), *(came(uuid5(STOCK, str(n)), 1) for n in range(101))],
        TooManyParts,
    ),
]


@pytest.mark.parametrize(
    ("command", "history", "refusal"), [one[1:] for one in REFUSED_ISSUES], ids=[one[0] for one in REFUSED_ISSUES]
)
def test_what_cannot_be_handed_out(command: IssueGoods, history: list[Event], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        issue(command, *history)


def test_what_comes_back_went_out_last() -> None:
    issued = given_issue(handed_out(part(20), part(40, SECOND, 10_000)))
    back = ReturnGoods([Item(STOCK, 45)], 3, "unused", LATER, TODAY)
    returned = GoodsReturned(
        **handed_out(part(40, SECOND, 10_000), part(5)).model_dump(
            exclude={"goods", "head_count", "amount_fen", "signed_list_sha256", "signed_list_bytes"}
        ),
        goods=(part(40, SECOND, 10_000), part(5)),
        amount_fen=464_000,
        head_count=3,
        reason_code="unused",
    )
    put = [
        GoodsPutBack(occurred_on=LATER, stock_id=STOCK, issue_id=ISSUE, receipt_id=receipt, quantity=quantity)
        for receipt, quantity in ((SECOND, 40), (FIRST, 5))
    ]
    issued.when(return_goods, back).then(returned, *put)
    again = given_issue(handed_out(part(20), part(40, SECOND, 10_000)), returned)
    again.when(return_goods, replace(back, items=[Item(STOCK, 16)])).refused(ReturnTooLarge)
    again.when(return_goods, replace(back, items=[Item(STOCK, 1)], head_count=58)).refused(HeadCountTooLarge)
    again.when(return_goods, replace(back, items=[Item(FUND, 1)])).refused(ReturnTooLarge)
    again.when(return_goods, replace(back, items=[Item(STOCK, 1)] * 2)).refused(ItemTwice)
    again.when(return_goods, replace(back, on=ON)).refused(BeforePreviousStep)
    given_issue().when(return_goods, back).refused(NotFound)


@drawn(st.data())
def test_no_course_leaves_a_stock_below_zero_or_loses_a_unit(data: st.DataObject) -> None:
    """What is in store and what is out add up to what came and was not removed, in units and in fen."""
    told: list[Event] = [opened()]
    issues: list[list[Event]] = []
    for n in range(data.draw(st.integers(1, 12))):
        stock, quantity = stock_of(event for event in told if event.STREAM == "stock"), data.draw(st.integers(1, 40))
        assert isinstance(stock, Open)
        chosen = issues[data.draw(st.integers(0, len(issues) - 1))] if issues else []
        receipt = data.draw(st.sampled_from([lot.receipt_id for lot in stock.lots] or [FIRST]))
        try:
            match data.draw(st.sampled_from(["give", "issue", "back", "remove"])):
                case "give":
                    value = data.draw(st.integers(1, 500))
                    arrival = Arrival(uuid5(STOCK, str(n)), quantity, value, VOUCHER, ON, TODAY)
                    new = receive_donated(stock, arrival, SHOP)
                case "issue":
                    command = replace(ISSUING, items=[Item(STOCK, quantity)])
                    new = issue_goods(issue_facts.INITIAL, {STOCK: stock}, WINTER, command)
                    issues.append(new[:1])
                case "back":
                    back = ReturnGoods([Item(STOCK, quantity)], 0, "unused", LATER, TODAY)
                    new = return_goods(issue_facts.issue_of(chosen), back)
                    chosen += new[:1]
                case _:
                    gone = RemoveGoods(receipt, quantity, "spoiled", VOUCHER, LATER, TODAY)
                    new = remove(stock, NO_BUDGET, gone)
        except Refusal:
            continue
        told += new
    stood = stock_of(event for event in told if event.STREAM == "stock")
    assert isinstance(stood, Open)
    assert all(0 <= lot.left <= lot.received.quantity for lot in stood.lots)
    units = fen = 0
    for event in told:
        match event:
            case GoodsReceived():
                units, fen = units + event.quantity, fen + event.amount_fen
            case GoodsRemoved():
                units, fen = units - event.quantity, fen - event.amount_fen
            case GoodsIssued():
                units, fen = units - sum(one.quantity for one in event.goods), fen - event.amount_fen
            case GoodsReturned():
                units, fen = units + sum(one.quantity for one in event.goods), fen + event.amount_fen
            case _:
                pass
    assert (stood.quantity, stood.value_fen) == (units, fen)


@pytest.mark.parametrize(
    "history",
    [[came()], [opened(), taken(1)], [opened(), came(quantity=1), taken(2)], [opened(), came(), came()]],
    ids=["unopened", "no-receipt", "below-zero", "receipt-twice"],
)
def test_a_history_that_cannot_be_is_said_to_be_broken(history: list[Event]) -> None:
    with pytest.raises(BrokenHistory):
        stock_of(history)
