"""How long what is known of a person is kept: periods by kind of record, as policy data, and when the last one ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from unionaid.registry.domain.person.facts import Known, Left, Living
from unionaid.registry.domain.refusals import RetentionUnknown

PERSON_RECORD = "person-record"
"""Who is known without the role of a worker: from the day on which the person became known."""
WORKER_RECORD = "worker-record"
"""Who is or was a worker: from the day of leaving."""
RELIEF_LIST = "relief-list"
"""A payee list that the person stands on: from the day of submission. Relief's to tell."""
RELIEF_PAYMENT = "relief-payment"
"""The voucher of a payment: from the day of payment. Relief's to tell."""
DOSSIER = "dossier"
"""A hardship dossier of a household the person belongs or belonged to: from the day of closing."""
HOUSEHOLD = "household"
"""What is said of a member of a household: from the last day on which something was told of that member."""
KINDS = (PERSON_RECORD, WORKER_RECORD, HOUSEHOLD, DOSSIER, RELIEF_LIST, RELIEF_PAYMENT)
"""The kinds of record there is a period for."""


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """A version of the periods; `years` by kind of record."""

    version: str
    in_force_from: date
    confirm_within_days: int
    """Days within which every service confirms an erasure."""
    years: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Kept:
    """A record of a person; `since` is the day from which its period counts, None while the record is open."""

    kind: str
    since: date | None


@dataclass(frozen=True, slots=True)
class Period:
    """A record with the day on which its period ends, None while the record is open."""

    kind: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Retention:
    """The periods of a person by one version of the policy, the longest first."""

    policy_version: str
    periods: Sequence[Period]

    @property
    def until(self) -> date | None:
        """The last end, None while a record is open."""
        return self.periods[0].until

    def has_ended(self, today: date) -> bool:
        """Say whether every period has ended: its last day is kept still."""
        return self.until is not None and self.until <= today


def policy_on(policies: Iterable[RetentionPolicy], today: date) -> RetentionPolicy:
    """Return the version in force. Raises RetentionUnknown."""
    in_force = [policy for policy in policies if policy.in_force_from <= today]
    if not in_force:
        raise RetentionUnknown
    return max(in_force, key=lambda policy: policy.in_force_from)


def own_record(person: Living, known_since: date) -> Kept:
    """Return the record that registry has of a person; `known_since` is the day of its first event."""
    match person:
        case Known():
            return Kept(PERSON_RECORD, known_since)
        case Left():
            return Kept(WORKER_RECORD, person.left_on)
        case _:
            return Kept(WORKER_RECORD, None)


def retention(policy: RetentionPolicy, records: Iterable[Kept]) -> Retention:
    """Return when the period of each kind of record ends, the longest first; an open record has no end.

    Records are those of all who stand for one another: a human being is kept as long as any of them. Of several of a
    kind the last one counts.
    """
    since: dict[str, date | None] = {}
    for kept in records:
        before = since.get(kept.kind, date.min)
        since[kept.kind] = None if before is None or kept.since is None else max(before, kept.since)
    periods = [
        Period(kind, None if day is None else years_after(day, policy.years[kind])) for kind, day in since.items()
    ]
    return Retention(policy.version, sorted(periods, key=lambda period: period.until or date.max, reverse=True))


def ended_before(policy: RetentionPolicy, today: date) -> dict[str, date]:
    """Return of each kind of record the last day from which a period has ended today."""
    return {kind: years_before(today, years) for kind, years in policy.years.items()}


def years_before(day: date, years: int) -> date:
    """Return the last day whose `years_after` has come on a day."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


def years_after(day: date, years: int) -> date:
    """Return the same day some years later; 29 February becomes 1 March where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
