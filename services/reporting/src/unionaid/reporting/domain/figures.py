"""What a figure is, and what it stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Citation:
    r"""What a figure stands on, so that anybody with the logs can compute it again.

    `query` names the question in one form only: parameters in the order of their names. `vector` is topic ->
    last index counted, -1 for none; later events are not in the figure. `sha256` is over the ids of the counted
    events: lower-case, with hyphens, sorted, joined by `\n`, no `\n` at the end, as ASCII; of no event at all
    it is the hash of nothing. `events` is how many ids that are.
    """

    query: str
    policy_versions: Sequence[str]
    projection: str
    vector: Mapping[str, int]
    events: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ReliefTotal:
    """People, times and fen. `people` are distinct persons, `times` counts payments.

    What came back after it was paid is taken off on its own day; who has nothing left of what is counted is no person
    of it.

    `incomplete` is the number of events of the logs read that could not be applied and wait, parked: 0 unless
    something is wrong. Which figures they belong to is not known, so every figure says so.
    """

    people: int
    times: int
    amount_fen: int
    incomplete: int
    citation: Citation


@dataclass(frozen=True, slots=True)
class TitleSchemeTotal:
    """Enterprises that began to run in-house titles in a period; `incomplete` as in `ReliefTotal`."""

    enterprises: int
    incomplete: int
    citation: Citation


@dataclass(frozen=True, slots=True)
class PaymentEvent:
    """One event a total is made of: one person's payment; below zero, that it came back."""

    event_id: UUID
    topic: str
    index: int
    logtime: datetime
    occurred_on: date
    person_id: UUID
    amount_fen: int
    list_id: UUID
    programme_id: UUID
    programme_kind: str
    programme_year: int
    union_org_id: UUID
    method: str


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """Some events, in index order; `next` is the cursor of the page after, None on the last.

    All pages are of one moment: what is recorded while one turns them over is left out.
    """

    events: Sequence[PaymentEvent]
    next: str | None


@dataclass(frozen=True, slots=True)
class Share:
    """One line of a breakdown. `key` None: not known, such as the employer of one who has none.

    Times and fen add up to the total, except that a payment from two funds stands under both, each with its
    part. People do not: one may stand in several lines.
    """

    key: str | None
    name: str | None
    people: int
    times: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A total, and its lines by one dimension."""

    dimension: str
    total: ReliefTotal
    lines: Sequence[Share]


@dataclass(frozen=True, slots=True)
class DossierTotal:
    """Dossiers, who holds them, and the events counted; `incomplete` as in `ReliefTotal`.

    `people` are distinct holders. Of how dossiers stand, each event is the step that put its dossier there.
    """

    dossiers: int
    people: int
    times: int
    incomplete: int
    citation: Citation


@dataclass(frozen=True, slots=True)
class DossierEvent:
    """One step of a dossier; holder, union, level and cause as last told up to the step, or up to the day asked for.

    What had not been told by then is as it was told first: a dossier is opened before its five clears are recorded.
    """

    event_id: UUID
    topic: str
    index: int
    logtime: datetime
    happened_on: date
    dossier_id: UUID
    step: str
    holder_id: UUID | None
    union_org_id: UUID | None
    hardship_level: str | None
    hardship_cause: str | None


@dataclass(frozen=True, slots=True)
class DossierPage:
    """Some events, in index order; `next` as in `PaymentPage`."""

    events: Sequence[DossierEvent]
    next: str | None


@dataclass(frozen=True, slots=True)
class DossierShare:
    """One line of a breakdown; `key` None: not told yet. Times add up to the total; dossiers and people may not."""

    key: str | None
    name: str | None
    dossiers: int
    people: int
    times: int


@dataclass(frozen=True, slots=True)
class DossierBreakdown:
    """A total, and its lines by one dimension."""

    dimension: str
    total: DossierTotal
    lines: Sequence[DossierShare]


@dataclass(frozen=True, slots=True)
class ActivityTotal:
    """Goods handed out and training; `incomplete` as in `ReliefTotal`.

    `sites` are those where anybody was served, by union and name; `head_count` and `amount_fen` are without what was
    taken back in the period. `sessions` were held in it; `trainees`, `completed` and `placed` are distinct persons who
    were enrolled, completed and found work in it.
    """

    sites: int
    head_count: int
    amount_fen: int
    sessions: int
    trainees: int
    completed: int
    placed: int
    times: int
    incomplete: int
    citation: Citation


@dataclass(frozen=True, slots=True)
class ActivityEvent:
    """One event a total is made of; of goods that came back head count and fen are below zero."""

    event_id: UUID
    topic: str
    index: int
    logtime: datetime
    occurred_on: date
    step: str
    about_id: UUID
    programme_id: UUID
    programme_kind: str
    programme_year: int
    union_org_id: UUID
    site: str | None
    person_id: UUID | None
    head_count: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """Some events, in index order; `next` as in `PaymentPage`."""

    events: Sequence[ActivityEvent]
    next: str | None


@dataclass(frozen=True, slots=True)
class ActivityShare:
    """One line of a breakdown. Times, heads and fen add up to the total; sites, sessions and people may not."""

    key: str | None
    name: str | None
    sites: int
    head_count: int
    amount_fen: int
    sessions: int
    trainees: int
    completed: int
    placed: int
    times: int


@dataclass(frozen=True, slots=True)
class ActivityBreakdown:
    """A total, and its lines by one dimension."""

    dimension: str
    total: ActivityTotal
    lines: Sequence[ActivityShare]


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    """A record that could not be applied. `key` is the stream that waits behind it.

    A foreign one, without index and key, is in no log of ours: nothing waits for it, and no figure lacks it.
    """

    topic: str
    offset: int
    index: int | None
    key: str | None
    foreign: bool
    reason: str
    length: int
    parked_at: datetime
