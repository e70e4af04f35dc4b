"""How an enterprise becomes known."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st
from stdnum.cn import uscc

from unionaid.registry.domain.enterprise.facts import Enterprise, Unknown, enterprise_of, evolve
from unionaid.registry.domain.enterprise.rules import RegisterEnterprise, register
from unionaid.registry.domain.enterprise.uscc import read_uscc
from unionaid.registry.domain.refusals import (
    AlreadyRegistered,
    DateInFuture,
    Refusal,
    UnitUnknown,
    UsccCheckDigit,
    UsccLength,
    UsccMalformed,
)
from unionaid.registry.domain.union_org import facts as union_facts
from unionaid.registry.examples import FACTORY, FACTORY_ID, FACTORY_UNION, FACTORY_UNION_ID, ON, TODAY, uscc_code
from unionaid.service.refusals import BrokenHistory
from unionaid.testkit.rules import telling

new: Enterprise = Unknown()
given = telling(evolve, new)
factory_union = union_facts.union_org_of([FACTORY_UNION])
REGISTER = RegisterEnterprise(FACTORY_ID, uscc_code(), "样厂有限公司", "non_public", FACTORY_UNION_ID, ON, TODAY)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODES = st.builds(
    lambda kind, area, organisation: kind + area + organisation,
    st.text(ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
).map(lambda code: code + uscc.calc_check_digit(code))


def test_an_enterprise_becomes_known() -> None:
    given().when(register, factory_union, REGISTER).then(FACTORY)


def test_it_may_have_no_union_yet() -> None:
    alone = FACTORY.model_copy(update={"union_org_id": None})
    given().when(register, None, replace(REGISTER, union_org_id=None)).then(alone)


def test_the_union_must_be_there() -> None:
    given().when(register, union_facts.Unknown(), REGISTER).refused(UnitUnknown, field="union_org_id")


def test_once_and_not_in_the_future() -> None:
    given(FACTORY).when(register, factory_union, REGISTER).refused(AlreadyRegistered)
    tomorrow = replace(REGISTER, on=TODAY + timedelta(days=1))
    given().when(register, factory_union, tomorrow).refused(DateInFuture)


def test_what_cannot_follow_is_not_passed_over() -> None:
    with pytest.raises(BrokenHistory):
        enterprise_of([FACTORY, FACTORY])


@any_of(CODES)
def test_a_right_code_is_taken_as_it_is(code: str) -> None:
    assert read_uscc(code) == code


@any_of(CODES, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_other_character_is_refused(code: str, place: int, other: str) -> None:
    changed = code[:place] + other + code[place + 1 :]
    if changed == code:
        assert read_uscc(changed) == code
    else:
        with pytest.raises((UsccCheckDigit, UsccMalformed)):
            read_uscc(changed)


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("", UsccLength),
        (uscc_code()[:-1], UsccLength),
        (uscc_code() + "0", UsccLength),
        ("I" + uscc_code()[1:], UsccMalformed),
        (uscc_code()[:8] + "Z" + uscc_code()[9:], UsccMalformed),
        ("916403O2" + uscc_code()[8:], UsccMalformed),
        (uscc_code()[:-1] + ("0" if uscc_code()[-1] != "0" else "1"), UsccCheckDigit),
    ],
)
def test_a_wrong_code_is_refused_by_name(typed: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as raised:
        read_uscc(typed)
    assert raised.value.field == "uscc"


def test_full_width_lower_case_and_blanks_are_one_form() -> None:
    code = "91110000600037341L"
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    assert [read_uscc(t) for t in (wide, code.lower(), "9111 0000-6000　37341L ")] == [code] * 3


def test_a_village_cooperative_has_letters_in_front() -> None:
    code = "N2640302MF0000001"
    code += uscc.calc_check_digit(code)
    assert read_uscc(code) == code
