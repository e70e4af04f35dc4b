"""Payment batches in the bank's words: files to banks, their answers, reconciliation, verification samples.

Knows nothing of what is paid for. Nothing here reads a clock, draws a number or keeps anything.
"""

from importlib.resources import files

from unionaid.payments.answers import Answer, Reason, Returned, Said
from unionaid.payments.batches import Batch, Line, Ordered, OrderedLine, Payer
from unionaid.payments.camt import read_camt
from unionaid.payments.pain import write_pain
from unionaid.payments.reading import read_answer
from unionaid.payments.reconciling import Heard, Outcome, Reconciled, Standing, Sums, reconcile, sums
from unionaid.payments.references import Reference, batch_key, read_reference
from unionaid.payments.sampling import commitment, draw, is_of
from unionaid.payments.templates import BANKS, Template, Templates, read_templates, template_of
from unionaid.payments.writing import BankFile, write_order

LOCALE = files("unionaid.payments") / "locale"
"""Texts of the refusals and faults."""

__all__ = [
    "BANKS",
    "LOCALE",
    "Answer",
    "BankFile",
    "Batch",
    "Heard",
    "Line",
    "Ordered",
    "OrderedLine",
    "Outcome",
    "Payer",
    "Reason",
    "Reconciled",
    "Reference",
    "Returned",
    "Said",
    "Standing",
    "Sums",
    "Template",
    "Templates",
    "batch_key",
    "commitment",
    "draw",
    "is_of",
    "read_answer",
    "read_camt",
    "read_reference",
    "read_templates",
    "reconcile",
    "sums",
    "template_of",
    "write_order",
    "write_pain",
]
