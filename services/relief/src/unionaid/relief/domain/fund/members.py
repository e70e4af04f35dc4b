"""Who belongs to a society, such as the tuition society (助學互助會): its fund is one of donations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.relief import SocietyMemberJoined, SocietyMemberLeft
from unionaid.relief.domain.dates import refuse_impossible
from unionaid.relief.domain.fund.facts import Fund
from unionaid.relief.domain.fund.rules import opened_fund
from unionaid.relief.domain.refusals import (
    AlreadyMember,
    BeforePreviousStep,
    FundNotOfDonations,
    MemberMissing,
    NotFound,
)


@dataclass(frozen=True, slots=True)
class JoinSociety:
    """Take in an organisation, by its public name, or a person, by id."""

    member_id: UUID
    organisation: str | None
    person_id: UUID | None
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class LeaveSociety:
    """Let a member go."""

    member_id: UUID
    on: date
    today: date


def join_society(fund: Fund, command: JoinSociety) -> list[Event]:
    """Take a member in.

    Raises NotFound, FundNotOfDonations, MemberMissing, AlreadyMember and the refusals of dates.
    """
    opened = opened_fund(fund)
    refuse_impossible(command.on, command.today)
    if opened.source != "donation":
        raise FundNotOfDonations
    who = command.organisation, command.person_id
    if (command.organisation is None) == (command.person_id is None):
        raise MemberMissing(field="member_organisation")
    if who in {(one.organisation, one.person_id) for one in opened.members.values()}:
        raise AlreadyMember(field="member_organisation" if command.organisation else "member_person_id")
    return [
        SocietyMemberJoined(
            occurred_on=command.on,
            fund_id=opened.fund_id,
            member_id=command.member_id,
            member_organisation=command.organisation,
            member_person_id=command.person_id,
        )
    ]


def leave_society(fund: Fund, command: LeaveSociety) -> list[Event]:
    """Let a member go. Raises NotFound, BeforePreviousStep and the refusals of dates."""
    opened = opened_fund(fund)
    if command.member_id not in opened.members:
        raise NotFound
    refuse_impossible(command.on, command.today)
    since = opened.members[command.member_id].since
    if command.on < since:
        raise BeforePreviousStep(field="occurred_on", previous=since.isoformat())
    return [SocietyMemberLeft(occurred_on=command.on, fund_id=opened.fund_id, member_id=command.member_id)]
