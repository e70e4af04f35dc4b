"""A verification: its seed is committed to, then the sample is drawn with it, then each of the sample is asked.

```
Unknown ─► Committed ─► Drawn
```
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.relief import PaymentSampled, PaymentVerified, VerificationCommitted, VerificationDrawn
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unknown:
    """There is no verification."""


@dataclass(frozen=True, slots=True)
class Committed:
    """The seed's hash is published; what is paid from now on is drawn from."""

    terms: VerificationCommitted


@dataclass(frozen=True, slots=True)
class Drawn(Committed):
    """The sample is known, and the seed is; `answers` are what those said who were asked, by application."""

    drawn: VerificationDrawn
    sample: Mapping[UUID, PaymentSampled] = field(default_factory=dict)
    answers: Mapping[UUID, PaymentVerified] = field(default_factory=dict)


Verification: TypeAlias = Unknown | Committed | Drawn

INITIAL: Verification = Unknown()


def evolve(verification: Verification, event: Event) -> Verification:
    """Return the verification after an event. Raises BrokenHistory."""
    match verification, event:
        case Unknown(), VerificationCommitted():
            return Committed(event)
        case Drawn(), PaymentSampled() if len(verification.sample) < verification.drawn.sampled_payments:
            return replace(verification, sample={**verification.sample, event.application_id: event})
        case Drawn(), PaymentVerified() if event.application_id in verification.sample:
            return replace(verification, answers={**verification.answers, event.application_id: event})
        case Committed(terms), VerificationDrawn() if not isinstance(verification, Drawn):
            return Drawn(terms, event)
        case _:
            raise BrokenHistory(verification, event)


def verification_of(history: Iterable[Event]) -> Verification:
    """Return the verification that its stream tells of. Raises BrokenHistory."""
    return reduce(evolve, history, INITIAL)
