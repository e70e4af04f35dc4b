"""Whether who gave is known: a person stands in events by id alone, so the id must be somebody's."""

from __future__ import annotations

from uuid import UUID

from unionaid.relief.domain.refusals import LineFault, ReferenceUnknown
from unionaid.relief.views.people import People


async def refuse_unknown_donor(people: People, person_id: UUID | None) -> None:
    """Refuse a giver whom nobody knows, or who was erased. Raises ReferenceUnknown."""
    if person_id is None:
        return
    known, barred = await people.unions_of([person_id]), await people.barred()
    if person_id not in known or barred.get(person_id) is LineFault.PERSON_ERASED:
        raise ReferenceUnknown(field="donor_person_id")
