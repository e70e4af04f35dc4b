"""Events of the members of a society, such as the tuition society: who belongs to a fund of donations."""

from typing import Self
from uuid import UUID

from pydantic import model_validator

from unionaid.contracts.fields import PublicName
from unionaid.contracts.relief.base import ReliefEvent


class SocietyMemberJoined(ReliefEvent, stream="fund"):
    """An organisation, by its public name, or a person, by id, became a member of the society whose fund it is."""

    fund_id: UUID
    member_id: UUID
    member_organisation: PublicName | None = None
    member_person_id: UUID | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.member_organisation is None) == (self.member_person_id is None):
            raise ValueError("a member is an organisation or a person")
        return self


class SocietyMemberLeft(ReliefEvent, stream="fund"):
    """A member left the society."""

    fund_id: UUID
    member_id: UUID
