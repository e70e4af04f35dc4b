"""Who may do what: the roles of the field, and who is acting. No IO, no HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """The roles, as they stand in the claim `roles` of a token."""

    GRASSROOTS_OFFICER = "grassroots_officer"
    SUB_DISTRICT_OFFICER = "sub_district_officer"
    DISTRICT_OFFICER = "district_officer"
    APPROVER = "approver"
    SIGNER = "signer"
    CERTIFIED_SUPERVISOR = "certified_supervisor"
    CASHIER = "cashier"
    ACCOUNTANT = "accountant"
    AUDITOR = "auditor"
    AGENCY = "agency"
    WORKER = "worker"
    ENTERPRISE_LIAISON = "enterprise_liaison"
    DONOR = "donor"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `id` is `person-<uuid>`, `service:<name>` or `agency:<code>`: the event attribute `actor`."""

    id: str
    roles: frozenset[Role]
    unit: UUID | None = None
    """The union an officer belongs to; the officer's jurisdiction is its subtree."""
    unit_name: str | None = None
    """What that union is called, for display alone."""

    @property
    def person_id(self) -> UUID | None:
        """The person acting, None for a service or an agency."""
        return UUID(self.id.removeprefix("person-")) if self.id.startswith("person-") else None

    @property
    def service(self) -> str | None:
        """The name of the service acting."""
        return self.id.removeprefix("service:") if self.id.startswith("service:") else None

    @property
    def agency(self) -> str | None:
        """The code of the agency acting."""
        return self.id.removeprefix("agency:") if self.id.startswith("agency:") else None
