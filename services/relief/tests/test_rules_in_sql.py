"""A rule applied to many at once in PostgreSQL answers for each as it does for one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unionaid.relief.domain.eligibility.attributes import ATTRIBUTES, Coded, Facts, Number, Truth, Type
from unionaid.relief.domain.eligibility.judging import judge
from unionaid.relief.domain.eligibility.reading import read_rule
from unionaid.relief.views.rules_in_sql import Parameters, in_sql
from unionaid.testkit.stack import Postgres

from .any_rule import conditions, facts


def kind(of: Type) -> str:
    match of:
        case Truth():
            return "boolean"
        case Number():
            return "bigint"
        case Coded():
            return "text"


TYPES = {name: kind(one.type) for name, one in ATTRIBUTES.items()}


async def answers(dsn: str, text: str, known: Sequence[Facts]) -> list[bool | None]:
    parameters = Parameters(*([one[name] for one in known] for name in TYPES))
    arrays = ", ".join(f"${n}::{type_}[]" for n, type_ in enumerate(TYPES.values(), start=1))
    columns = ", ".join(f'"{name}"' for name in TYPES)
    condition = in_sql(read_rule(text), lambda name: f'"{name}"', parameters)
    conn = await asyncpg.connect(dsn)
    try:
        rows = await conn.fetch(
            f"SELECT {condition} AS answer FROM unnest({arrays}) WITH ORDINALITY AS known({columns}, place) "
            "ORDER BY place",
            *parameters.values,
        )
    finally:
        await conn.close()
    return [row["answer"] for row in rows]


@pytest.fixture(scope="module")
def dsn(postgres: Postgres) -> str:
    return postgres.superuser_dsn


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=conditions, known=st.lists(facts, min_size=1, max_size=8))
def test_any_rule_answers_in_sql_as_for_one(dsn: str, text: str, known: list[Facts]) -> None:
    rule = read_rule(text)
    assert asyncio.run(answers(dsn, text, known)) == [judge(rule, one) for one in known]


def test_what_a_rule_says_is_never_part_of_the_statement() -> None:
    parameters = Parameters()
    sql = in_sql(read_rule("dossier.level in ['deep'] && household.size > 3"), lambda _: "column", parameters)
    assert sql == "((column = ANY($1::text[])) AND (column > $2::bigint))"
    assert parameters.values == [["deep"], 3]
