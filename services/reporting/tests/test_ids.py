"""Ids counted and hashed in bulk, against counting and hashing them one by one."""

from __future__ import annotations

import hashlib
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unionaid.reporting.domain import ids as module
from unionaid.reporting.domain.ids import count_distinct, hash_of_sorted

# Few different ones, and such as differ in a byte of zeros at either end alone.
SOME = st.one_of(
    st.uuids(), st.integers(0, 3).map(lambda n: UUID(int=n)), st.integers(0, 3).map(lambda n: UUID(int=n << 120))
)


@given(st.lists(SOME, max_size=40))
@pytest.mark.parametrize("at_once", [1, 7, 1 << 14])
def test_many_at_once_are_counted_and_hashed_as_one_by_one(at_once: int, ids: list[UUID]) -> None:
    packed = b"".join(one.bytes for one in ids)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "_IDS_AT_ONCE", at_once)
        assert hash_of_sorted(packed) == hashlib.sha256("\n".join(sorted(map(str, ids))).encode()).hexdigest()
    assert count_distinct(packed) == len(set(ids))
