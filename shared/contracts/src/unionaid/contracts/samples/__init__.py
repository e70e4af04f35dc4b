"""One canned event of every type, from one invented winter: for tests, documents and by hand.

People are ids only, units are invented. A sample that was released stays as it is.
"""

from unionaid.contracts.event import Event
from unionaid.contracts.samples import dossiers, duplicates, erasures, funds, payment_batches, registry, relief, units
from unionaid.contracts.samples.sample import (
    ACCOUNTANT,
    AMOUNT_FEN,
    APPROVER,
    BANK_LIST,
    BATCH,
    BUDGET,
    CASHIER,
    DISTRICT,
    DIVISION,
    ENTERPRISE,
    ERASED,
    FOLLOW_UP,
    FUND,
    GRASSROOTS,
    IMPORT,
    LIST,
    NEXT_UNION,
    OFFICER,
    OPENING,
    PLEDGE,
    POLICY,
    PROGRAMME,
    REJECTED_LIST,
    RELATIVE,
    REQUEST,
    SCHEME,
    TITLE,
    TWICE,
    UNDOING,
    VERIFIER,
    VISITORS,
    WORKER,
    Sample,
)

__all__ = [
    "ACCOUNTANT",
    "AMOUNT_FEN",
    "APPROVER",
    "BANK_LIST",
    "BATCH",
    "BUDGET",
    "CASHIER",
    "DISTRICT",
    "DIVISION",
    "ENTERPRISE",
    "ERASED",
    "FOLLOW_UP",
    "FUND",
    "GRASSROOTS",
    "IMPORT",
    "LIST",
    "NEXT_UNION",
    "OFFICER",
    "OPENING",
    "PLEDGE",
    "POLICY",
    "PROGRAMME",
    "REJECTED_LIST",
    "RELATIVE",
    "REQUEST",
    "SAMPLES",
    "SCHEME",
    "TITLE",
    "TWICE",
    "UNDOING",
    "VERIFIER",
    "VISITORS",
    "WORKER",
    "Sample",
]

SAMPLES: dict[type[Event], Sample] = {
    type(sample.event): sample
    for sample in (
        *registry.SAMPLES,
        *dossiers.SAMPLES,
        *duplicates.SAMPLES,
        *relief.SAMPLES,
        *payment_batches.SAMPLES,
        *funds.SAMPLES,
        *erasures.SAMPLES,
        *units.SAMPLES,
    )
}
"""The sample of every event class, service by service, each in the order of its story."""
