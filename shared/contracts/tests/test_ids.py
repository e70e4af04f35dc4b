"""UUIDv7."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unionaid.contracts import uuid7

moments = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(moments)
def test_it_is_of_version_7_and_holds_the_millisecond(at: datetime) -> None:
    made = uuid7(at)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@given(moments, moments)
def test_ids_sort_by_time_to_the_microsecond(one: datetime, other: datetime) -> None:
    if one != other:
        assert (uuid7(one) < uuid7(other)) == (one < other)


def test_ids_of_one_moment_differ() -> None:
    now = datetime(2017, 1, 5, tzinfo=UTC)
    assert len({uuid7(now) for _ in range(10_000)}) == 10_000


def test_the_time_zone_does_not_matter_but_is_needed() -> None:
    now = datetime(2017, 1, 5, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    assert uuid7(now).int >> 64 == uuid7(now.astimezone(UTC)).int >> 64
    with pytest.raises(ValueError, match="aware"):
        uuid7(datetime(2017, 1, 5))  # noqa: DTZ001 - the point
    with pytest.raises(ValueError, match="1970"):
        uuid7(datetime(1969, 12, 31, tzinfo=UTC))
