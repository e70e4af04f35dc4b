"""All commands of relief, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from unionaid.eventlog import Log
from unionaid.relief.application.activities import Activities
from unionaid.relief.application.batches import Batches
from unionaid.relief.application.books import Books, Settled
from unionaid.relief.application.deciding import Deciding, Pool
from unionaid.relief.application.funding import Fundings
from unionaid.relief.application.funds import Funds
from unionaid.relief.application.goods import Goods
from unionaid.relief.application.lists import Lists
from unionaid.relief.application.previews import Previews
from unionaid.relief.application.programmes import Programmes
from unionaid.relief.application.verifying import Verifications
from unionaid.relief.policies.programmes import Policies
from unionaid.relief.views.eligible import Eligible
from unionaid.relief.views.people import People


@dataclass(frozen=True, slots=True)
class Commands:
    """What relief can be asked to do, by matter."""

    funds: Funds
    programmes: Programmes
    fundings: Fundings
    lists: Lists
    batches: Batches
    books: Books
    previews: Previews
    verifications: Verifications
    goods: Goods
    activities: Activities

    @classmethod
    def of(
        cls,
        pool: Pool,
        people: People,
        eligible: Eligible,
        policies: Policies,
        settled: Settled,
        *,
        secret: bytes,
    ) -> Self:
        """Put the commands together over one pool; `settled` waits for the own views, `secret` makes seeds."""
        deciding = Deciding(pool, people)
        return cls(
            funds=Funds(pool, people),
            programmes=Programmes(Log(pool), policies),
            fundings=Fundings(Log(pool)),
            lists=Lists(pool, people, eligible, deciding),
            batches=Batches(pool, deciding),
            books=Books(pool, settled),
            previews=Previews(eligible, policies),
            verifications=Verifications(pool, secret, settled),
            goods=Goods(pool, people),
            activities=Activities(pool, people),
        )
