"""Whether who gives or belongs to a society is known: events hold the id alone, so it must be somebody's."""

from __future__ import annotations

from uuid import UUID

from unionaid.relief.domain.refusals import LineFault, ReferenceUnknown
from unionaid.relief.views.people import People


async def refuse_unknown(people: People, person_id: UUID | None, field: str) -> None:
    """Refuse a giver or member whom nobody knows, or who was erased. Raises ReferenceUnknown of that field."""
    if person_id is None:
        return
    known, barred = await people.unions_of([person_id]), await people.barred()
    if person_id not in known or barred.get(person_id) is LineFault.PERSON_ERASED:
        raise ReferenceUnknown(field=field)
