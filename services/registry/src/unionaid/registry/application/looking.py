"""What an assessment looks at: what the members earn, read from the vault, and a shock that is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from unionaid.eventlog import Connection
from unionaid.registry.application.matters import (
    Saying,
)
from unionaid.registry.domain.dossier.assessing import (
    Circumstances,
)
from unionaid.registry.domain.dossier.facts import Existing
from unionaid.registry.domain.household.facts import Formed, Household
from unionaid.registry.domain.refusals import IncomeUnknown
from unionaid.service.deciding import Issued
from unionaid.vault import Vault

ASSESSMENT = "assessment"
"""The purpose under which the vault writes down that incomes were read to compute a level."""


@dataclass(frozen=True, slots=True)
class Shock:
    """An expense of the last twelve months that the family bears itself, in fen, and what it was."""

    fen: int = field(repr=False)
    note: str | None = field(default=None, repr=False)

    def said(self) -> dict[str, str]:
        """Return what the vault keeps."""
        return {"shock_fen": str(self.fen), **({"shock_note": self.note} if self.note else {})}


class Looking:
    """Reads what a household's members earn, and seals what is said of a shock."""

    def __init__(self, vault: Vault, issued: Issued, found: Existing, shock: Shock | None) -> None:
        self._vault, self._issued, self._shock = vault, issued, shock
        self._household_id = found.file.household_id
        said = {found.file.holder_id: shock.said() if shock else {}}
        self.saying = Saying(vault, found.file.dossier_id, "assessment", said)
        self._incomes: dict[UUID, int] = {}

    async def look(self, conn: Connection) -> None:
        """Open the incomes: `first` of `carry_out`."""
        said = await self._vault.statements.open(
            conn, self._household_id, ["member"], ["monthly_income_fen"],
            actor=self._issued.actor, purpose=ASSESSMENT,
        )  # fmt: skip
        self._incomes = {who: int(words["monthly_income_fen"]) for (who, _), words in said.items()}
        await self.saying.seal(conn)

    def circumstances(self, household: Household) -> Circumstances:
        """Return what an assessment rests on. Raises IncomeUnknown."""
        members = household.members if isinstance(household, Formed) else {}
        if unknown := members.keys() - self._incomes.keys():
            raise IncomeUnknown(count=len(unknown))
        return Circumstances([self._incomes[one] for one in members], self._shock.fen if self._shock else None)


def months_after(on: date, months: int) -> date:
    """Return the same day some months later, the last of the month where there is no such day."""
    years, month = divmod(on.month - 1 + months, 12)
    for day in range(on.day, 27, -1):
        try:
            return date(on.year + years, month + 1, day)
        except ValueError:
            continue
    return date(on.year + years, month + 1, min(on.day, 28))
