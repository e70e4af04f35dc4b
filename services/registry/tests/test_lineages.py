"""Which unions stand above one is read once; what is not there yet is read again."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from unionaid.registry.views.units import Lineages

if TYPE_CHECKING:
    import asyncpg
    from services.registry.tests.conftest import Office, Units


class Counting:
    """A pool that counts how often a connection was taken."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self.pool, self.taken = pool, 0

    def acquire(self) -> object:
        self.taken += 1
        return self.pool.acquire()


async def test_a_lineage_is_read_once(office: Office, units: Units) -> None:
    pool = Counting(office.pool)
    lineages = Lineages(pool)  # type: ignore[arg-type]
    whole = [UUID(units.factory_union), UUID(units.street), UUID(units.district)]
    assert [await lineages.of(whole[0]) for _ in range(3)] == [whole] * 3
    assert pool.taken == 1
    assert await lineages.of(whole[2]) == whole[2:]


async def test_a_union_nobody_has_entered_is_looked_for_again(office: Office, units: Units) -> None:
    pool = Counting(office.pool)
    lineages, nobody = Lineages(pool), uuid4()  # type: ignore[arg-type]
    assert [await lineages.of(nobody) for _ in range(2)] == [[nobody]] * 2
    assert pool.taken == 2
