"""What relief's own views are written from: its own log.

What is only added is written by type. What becomes of a list, of its lines and of the lines of its batches is folded
in the order of the events: a line may fail, be ordered again and be paid within one step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from unionaid.contracts import Event as Fact
from unionaid.eventlog import Connection, Decoder, Event
from unionaid.relief.views.activities_writing import SHOWN as ACTIVITIES
from unionaid.relief.views.activities_writing import write_activities
from unionaid.relief.views.funding_writing import SHOWN as FUNDING
from unionaid.relief.views.funding_writing import write_funding
from unionaid.relief.views.funds_writing import SHOWN as FUNDS
from unionaid.relief.views.funds_writing import write_funds
from unionaid.relief.views.goods_writing import SHOWN as GOODS
from unionaid.relief.views.goods_writing import write_goods
from unionaid.relief.views.ledger_writing import SHOWN as BOOKED
from unionaid.relief.views.ledger_writing import write_ledger
from unionaid.relief.views.lists_writing import SHOWN as LISTS
from unionaid.relief.views.lists_writing import write_lists
from unionaid.relief.views.programmes_writing import SHOWN as PROGRAMMES
from unionaid.relief.views.programmes_writing import write_programmes
from unionaid.relief.views.verification_writing import SHOWN as VERIFICATIONS
from unionaid.relief.views.verification_writing import write_verifications

_SHOWN: frozenset[type[Fact]] = frozenset(
    (*VERIFICATIONS, *FUNDS, *PROGRAMMES, *FUNDING, *GOODS, *BOOKED, *LISTS, *ACTIVITIES)
)


class ReliefViews:
    """Writes the views."""

    def __init__(self) -> None:
        self.decoders: Mapping[str, Decoder] = {kind.TYPE: _decoder(kind) for kind in _SHOWN}

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Write what follows from events of this service."""
        facts = [event.data for event in events]
        await write_funds(conn, facts)
        await write_goods(conn, facts)
        await write_activities(conn, facts)
        await write_programmes(conn, facts)
        await write_funding(conn, facts)
        await write_ledger(conn, events)
        await write_lists(conn, facts)
        await write_verifications(conn, facts)


def _decoder(kind: type[Fact]) -> Decoder:
    def decode_data(data: bytes) -> Fact:
        return kind.model_validate_json(data, extra="ignore")

    return decode_data
