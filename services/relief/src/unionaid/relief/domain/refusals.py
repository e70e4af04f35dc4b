"""What relief refuses, by name. Each code is stable and has a text in every language of `locale/`."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from unionaid.service.refusals import Fault, NotFound, Refusal

__all__ = [
    "AlreadyCarriedOver",
    "AlreadyOpened",
    "ApprovalOfOtherRole",
    "ApprovedBySame",
    "BatchWrongStatus",
    "BeforePreviousStep",
    "BookedBySame",
    "BudgetInsufficient",
    "BudgetOfOtherFund",
    "BudgetOfOtherProgramme",
    "BudgetTwice",
    "BudgetsUndecided",
    "CommitmentMissing",
    "ConditionTwice",
    "ConditionUnknown",
    "CountsDisagree",
    "DateInFuture",
    "DateTooEarly",
    "DaysReversed",
    "DeclaredDiffers",
    "DonorMissing",
    "DueBeforePledge",
    "EarmarkedOtherwise",
    "EndorsedBySame",
    "EnteredBySame",
    "Fault",
    "FileChanged",
    "FileLate",
    "FileMade",
    "FileMissing",
    "FundInsufficient",
    "FundNotOfDonations",
    "FundingAsBefore",
    "FundingMissing",
    "HeadCountTooLarge",
    "IssuedBySame",
    "ItemTwice",
    "LineFault",
    "LinesRefused",
    "ListWrongStatus",
    "NotATrainingProgramme",
    "NotFound",
    "NothingAmended",
    "NothingLeft",
    "NothingToPay",
    "OutsideWindow",
    "OwnMatter",
    "PolicyMissing",
    "PreviewGivenUp",
    "ProgrammeIsClosed",
    "PurposeNotInPolicy",
    "ReferenceUnknown",
    "Refusal",
    "ReturnTooLarge",
    "SamePersonTwice",
    "SessionFull",
    "StockInsufficient",
    "StockTooLarge",
    "SumTooLarge",
    "TooManyConditions",
    "TooManyParts",
    "VerifiedBySame",
    "VisitorIsApprover",
    "VisitorIsPayee",
    "VisitorsSame",
    "WeightMissing",
    "WeightWithoutNeed",
    "WindowReversed",
    "YearIsClosed",
    "YearNotBegun",
    "YearNotOver",
]


class AlreadyOpened(Refusal):
    """The id is in use."""

    code = "already-opened"


class ReferenceUnknown(Refusal):
    """The field names something that is not there."""

    code = "reference-unknown"


class DateInFuture(Refusal):
    """The business date lies after today's."""

    code = "date-in-future"


class DateTooEarly(Refusal):
    """The business date lies before everything this office knows."""

    code = "date-too-early"


class SumTooLarge(Refusal):
    """A sum would leave the bounds of an amount."""

    code = "sum-too-large"


class FundInsufficient(Refusal):
    """The fund holds less than is to be allotted."""

    code = "fund-insufficient"


class AlreadyCarriedOver(Refusal):
    """The budget was carried over at the end of this year already."""

    code = "already-carried-over"


class DueBeforePledge(Refusal):
    """The day for which money is promised lies before the day of the promise."""

    code = "due-before-pledge"


class NothingLeft(Refusal):
    """The budget has nothing left to carry over."""

    code = "nothing-left"


class YearNotBegun(Refusal):
    """The year has not begun on the day of the step."""

    code = "year-not-begun"


class BudgetsUndecided(Refusal):
    """Budgets of the year have something left that was neither released nor carried over."""

    code = "budgets-undecided"


class YearIsClosed(Refusal):
    """The books of the year are closed."""

    code = "year-closed"


class YearNotOver(Refusal):
    """The year is not over on the day of the step."""

    code = "year-not-over"


class EarmarkedOtherwise(Refusal):
    """The fund is earmarked for another purpose than the programme's."""

    code = "earmarked-otherwise"


class BudgetInsufficient(Refusal):
    """Less is free in the budget than the list adds up to."""

    code = "budget-insufficient"


class BudgetOfOtherProgramme(Refusal):
    """The budget was allotted to another programme."""

    code = "budget-of-other-programme"


class ProgrammeIsClosed(Refusal):
    """The programme takes nothing new."""

    code = "programme-closed"


class NothingAmended(Refusal):
    """Everything is as it was."""

    code = "nothing-amended"


class FundingMissing(Refusal):
    """The list names no budget, and it is not stated from which ones the programme's lists are paid."""

    code = "funding-missing"


class FundingAsBefore(Refusal):
    """It is stated so already."""

    code = "funding-as-before"


class BudgetTwice(Refusal):
    """The budget stands in two places."""

    code = "budget-twice"


class WeightMissing(Refusal):
    """Lists are split, and the budget has no weight."""

    code = "weight-missing"


class WeightWithoutNeed(Refusal):
    """Budgets pay one after the other: none has a weight."""

    code = "weight-without-need"


class CommitmentMissing(Refusal):
    """The budget is not bound to the list by as much."""

    code = "commitment-missing"


class PolicyMissing(Refusal):
    """No policy file says what holds for this kind of programme on its first day."""

    code = "policy-missing"


class PurposeNotInPolicy(Refusal):
    """The policy knows no such purpose."""

    code = "purpose-not-in-policy"


class ConditionTwice(Refusal):
    """Two conditions of a programme have the same code."""

    code = "condition-twice"


class PreviewGivenUp(Refusal):
    """To count who would qualify takes too long at the moment."""

    code = "preview-given-up"


class ConditionUnknown(Refusal):
    """The terms have no such condition."""

    code = "condition-unknown"


class TooManyConditions(Refusal):
    """The policy's conditions and the programme's own are too many together."""

    code = "too-many-conditions"


class WindowReversed(Refusal):
    """The window ends before it begins."""

    code = "window-reversed"


class OutsideWindow(Refusal):
    """Relief was asked for on a day outside the programme's window."""

    code = "outside-window"


class BeforePreviousStep(Refusal):
    """The step is dated before the one it follows."""

    code = "before-previous-step"


class DeclaredDiffers(Refusal):
    """Count, sum or hash of the lines is not what was declared."""

    code = "declared-differs"


class ListWrongStatus(Refusal):
    """The list is not where this step begins."""

    code = "list-wrong-status"


class BatchWrongStatus(Refusal):
    """The payment batch is not where this step begins."""

    code = "batch-wrong-status"


class NothingToPay(Refusal):
    """No line of the list waits for a payment batch."""

    code = "nothing-to-pay"


class FileMade(Refusal):
    """The file for the bank was made before: it is fetched, not made again."""

    code = "payment-file-made"


class FileLate(Refusal):
    """The bank has answered for the batch already."""

    code = "payment-file-late"


class BatchSent(Refusal):
    """The bank was given the file before."""

    code = "batch-sent"


class BatchNotSent(Refusal):
    """A file was made, and nobody has recorded that the bank was given it: it cannot have answered."""

    code = "batch-not-sent"


class FileMissing(Refusal):
    """No file was made for the bank."""

    code = "payment-file-missing"


class FileChanged(Refusal):
    """Made anew the file would have other bytes: a name, an account or the bank's template has changed since."""

    code = "payment-file-changed"


class SamePersonTwice(Refusal):
    """Two pairs of eyes: each step is another person's."""


class EnteredBySame(SamePersonTwice):
    """Who entered the list may neither verify, decide nor pay it."""

    code = "entered-by-same"


class VerifiedBySame(SamePersonTwice):
    """Who verified the list may neither decide nor pay it."""

    code = "verified-by-same"


class EndorsedBySame(SamePersonTwice):
    """The actor gave one of the list's approvals."""

    code = "endorsed-by-same"


class ApprovalOfOtherRole(Refusal):
    """The approval that is next is another role's."""

    code = "approval-of-other-role"


class ApprovedBySame(SamePersonTwice):
    """Who approved the list may not pay it."""

    code = "approved-by-same"


class IssuedBySame(SamePersonTwice):
    """Who made a payment batch may neither release nor reconcile it, nor give up its lines."""

    code = "issued-by-same"


class BookedBySame(SamePersonTwice):
    """Who booked the bank's refusal of a line may not give it up."""

    code = "booked-by-same"


class OwnMatter(Refusal):
    """Nobody decides or pays a list on which they stand."""

    code = "own-matter"


class VisitorsSame(Refusal):
    """A visit is made by two."""

    code = "visitors-same"


class VisitorIsApprover(Refusal):
    """Who approved does not hand out the money."""

    code = "visitor-is-approver"


class VisitorIsPayee(Refusal):
    """Nobody hands relief to themselves."""

    code = "visitor-is-payee"


class BudgetOfOtherFund(Refusal):
    """The budget is another fund's than the stock."""

    code = "budget-of-other-fund"


class DonorMissing(Refusal):
    """Who gave is an organisation or a person, and one of them."""

    code = "donor-missing"


class FundNotOfDonations(Refusal):
    """What was given belongs to a fund of donations."""

    code = "fund-not-of-donations"


class HeadCountTooLarge(Refusal):
    """More people are taken back than were served."""

    code = "head-count-too-large"


class ItemTwice(Refusal):
    """The same stock is named twice."""

    code = "item-twice"


class ReturnTooLarge(Refusal):
    """More comes back than went out."""

    code = "return-too-large"


class StockInsufficient(Refusal):
    """The stock holds less on that day than is to go."""

    code = "stock-insufficient"


class StockTooLarge(Refusal):
    """The stock would hold more units than one may."""

    code = "stock-too-large"


class TooManyParts(Refusal):
    """What is handed out comes from too many receipts."""

    code = "too-many-parts"


class SampleDrawn(Refusal):
    """The sample was drawn before: a seed is used once."""

    code = "sample-drawn"


class SampleNotDrawn(Refusal):
    """The sample is not drawn yet."""

    code = "sample-not-drawn"


class SeedLost(Refusal):
    """The secret that the seed is made of is another one now: the sample cannot be drawn, a new one is begun."""

    code = "seed-lost"


class SeedNotPublished(Refusal):
    """The commitment has no index in the log yet."""

    code = "seed-not-published"


class NothingPaid(Refusal):
    """Nothing was paid since the commitment that could be drawn."""

    code = "nothing-paid"


class NotSampled(Refusal):
    """The payment is not in the sample."""

    code = "not-sampled"


class AnswerContradicts(Refusal):
    """The amount received does not fit what was said, or what was paid."""

    code = "answer-contradicts"


class CountsDisagree(Refusal):
    """More found work, or were awarded, than there can have been."""

    code = "counts-disagree"


class DaysReversed(Refusal):
    """The last day lies before the first."""

    code = "days-reversed"


class NotATrainingProgramme(Refusal):
    """The programme is of another kind than training."""

    code = "not-a-training-programme"


class SessionFull(Refusal):
    """The session has no place for so many."""

    code = "session-full"


class LineFault(StrEnum):
    """Why one line cannot pass."""

    PERSON_UNKNOWN = "person-unknown"
    PERSON_OF_OTHER_UNION = "person-of-other-union"
    PERSON_ERASED = "person-erased"
    PERSON_MERGED = "person-merged"
    PERSON_RESTRICTED = "person-restricted"
    PAYMENT_HELD = "payment-held"
    PERSON_TWICE = "person-twice"
    PURPOSE_TAKEN = "purpose-taken"
    AMOUNT_NOT_POSITIVE = "amount-not-positive"
    AMOUNT_ABOVE_MAX = "amount-above-max"
    AMOUNT_ABOVE_STANDARD = "amount-above-standard"
    NOT_ELIGIBLE = "not-eligible"
    OWN_LINE = "own-line"
    LINE_WRONG_STATUS = "line-wrong-status"
    LINE_MISSING = "line-missing"
    LINE_NOT_ON_LIST = "line-not-on-list"
    LINE_TWICE = "line-twice"
    LINE_NOT_ON_BATCH = "line-not-on-batch"
    LINE_BOOKED = "line-booked"
    LINE_NOT_PAID = "line-not-paid"
    REASON_MISSING = "reason-missing"
    REASON_WITHOUT_NEED = "reason-without-need"
    ACCOUNT_UNKNOWN = "account-unknown"
    ACCOUNT_IN_DOUBT = "account-in-doubt"
    ACCOUNT_NOT_IN_DOUBT = "account-not-in-doubt"
    PROXY_UNKNOWN = "proxy-unknown"
    PROXY_NOT_ALLOWED = "proxy-not-allowed"
    PROXY_WITHOUT_NEED = "proxy-without-need"
    ALREADY_ENROLLED = "already-enrolled"
    NOT_ENROLLED = "not-enrolled"
    NOT_COMPLETED = "not-completed"
    STEP_TAKEN = "step-taken"
    STEP_TOO_EARLY = "step-too-early"

    def at(self, line: int, field: str, **params: object) -> Fault:
        """Return this fault of a line (from 1); `field` is where in the input it stands."""
        return Fault(field, self.value, {"line": line, **params})


class LinesRefused(Refusal):
    """Lines that cannot pass, all of them; the list is decided as a whole, so nothing was stored."""

    code = "lines-refused"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(count=len({fault.params["line"] for fault in faults}))
        self.faults = faults
