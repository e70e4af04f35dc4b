"""What registry refuses, by name. Each code is stable and has a text in every language of `locale/`."""

from __future__ import annotations

from collections.abc import Sequence

from unionaid.service.refusals import Fault, NotFound, Refusal

__all__ = [
    "AccountMalformed",
    "AccountMissing",
    "AccountUnchanged",
    "AlreadyRegistered",
    "AlreadyThere",
    "ApproverNeeded",
    "BankCodeMalformed",
    "BeforeRegistered",
    "BirthDateImpossible",
    "BirthDateInFuture",
    "BirthDateMissing",
    "BirthDateWithId",
    "CellMissing",
    "ClearsMissing",
    "DateBeforeLastStep",
    "DateInFuture",
    "DateTooEarly",
    "DistrictExists",
    "DistrictHasNoParent",
    "DistrictStays",
    "DossierIsErased",
    "DossierNotAt",
    "DossierOpenAlready",
    "DossierRowTwice",
    "EnteredBySame",
    "ExportEmpty",
    "ExportTooLarge",
    "Fault",
    "FieldsBeyondPurpose",
    "FileEntered",
    "HolderNeeded",
    "HolderNoWorker",
    "HolderUnchanged",
    "HouseholdEmpty",
    "HouseholdNone",
    "HouseholdTooLarge",
    "HouseholdUnknown",
    "HouseholdWaits",
    "HouseholdWithoutId",
    "HouseholderMissing",
    "HouseholderNotOne",
    "HouseholderTwice",
    "IdentityDiffers",
    "IdentityMissing",
    "IdentityNotMissing",
    "ImportChanged",
    "InOtherHousehold",
    "IncomeUnknown",
    "LaterMergeFirst",
    "LevelNotComputed",
    "MemberRowTwice",
    "MemberTwice",
    "MissingNotMissing",
    "NameCharacterLost",
    "NameImplausible",
    "NameMissing",
    "NameTooLong",
    "NobodyFound",
    "NotAMember",
    "NotAWorker",
    "NotAssessed",
    "NotFound",
    "NotOfEnterprise",
    "NotRestricted",
    "NothingCorrected",
    "NothingToEnter",
    "NothingToReclassify",
    "NoticeStillUp",
    "NumberAndHouseholdApart",
    "ObjectionOpen",
    "ObjectionSettledBefore",
    "ObjectionUnknown",
    "ObjectionUpheld",
    "OverrideNeedless",
    "OverrideReasonMissing",
    "OwnMatter",
    "OwnershipMissing",
    "PairDecided",
    "PairNotMerged",
    "ParentMissing",
    "ParentUnchanged",
    "ParentWrongLevel",
    "PassedBySame",
    "PersonIsErased",
    "PersonIsMerged",
    "PersonIsRestricted",
    "PersonUnknown",
    "PhoneMalformed",
    "PolicyNotInForce",
    "PurposeUnknown",
    "ReclassificationWaits",
    "RecordOpen",
    "Refusal",
    "RelativesMatter",
    "ResidentId15Digits",
    "ResidentIdCheckDigit",
    "ResidentIdLength",
    "ResidentIdMalformed",
    "ResidentIdMissing",
    "ResidentIdOfTwo",
    "ResidentIdOtherName",
    "ResidentIdTaken",
    "ResidentIdTwice",
    "RetentionRuns",
    "RetentionUnknown",
    "RowsRefused",
    "SamePerson",
    "SchemeExists",
    "SearchEmpty",
    "SearchPartUnclear",
    "SplitTakesAll",
    "SurvivorLacksHousehold",
    "SurvivorLacksNumber",
    "SurvivorMerged",
    "TitleHeld",
    "TitleNotEvaluated",
    "TitleNotInScheme",
    "TitleTooEarly",
    "TitleTwice",
    "TooManyMerged",
    "TransferEnded",
    "TwiceInHousehold",
    "TwoHouseholds",
    "TwoOpenDossiers",
    "TwoResidentIds",
    "UndoUnderWay",
    "UnionAmbiguous",
    "UnionDissolved",
    "UnionNotEmpty",
    "UnionTwice",
    "UnionUnderItself",
    "UnitNameMalformed",
    "UnitNameMissing",
    "UnitUnknown",
    "UsccCheckDigit",
    "UsccLength",
    "UsccMalformed",
    "UsccTaken",
    "UsccTwice",
    "WasEnteredInError",
    "row_fault",
]


class DateInFuture(Refusal):
    """The business date lies after today's."""

    code = "date-in-future"


class DateTooEarly(Refusal):
    """The business date lies before there were unions."""

    code = "date-too-early"


class AlreadyRegistered(Refusal):
    """The stream is not new: somebody used its id before."""

    code = "already-registered"


class UnitUnknown(Refusal):
    """There is no such union or enterprise, or it lies outside the jurisdiction: the two are not told apart."""

    code = "unit-unknown"


class DistrictExists(Refusal):
    """The division has its district federation; there is one."""

    code = "district-exists"


class DistrictHasNoParent(Refusal):
    """A district federation is the root of the tree."""

    code = "district-has-no-parent"


class ParentMissing(Refusal):
    """Every union but the district federation stands under another."""

    code = "parent-missing"


class ParentWrongLevel(Refusal):
    """The parent is not of the level just above."""

    code = "parent-wrong-level"


class DistrictStays(Refusal):
    """The district federation is the root of the tree: it is neither moved nor dissolved."""

    code = "district-stays"


class ParentUnchanged(Refusal):
    """The union stands under that one."""

    code = "parent-unchanged"


class UnionUnderItself(Refusal):
    """A union would stand under itself, or under one that stands under it: a circle."""

    code = "union-under-itself"


class UnionDissolved(Refusal):
    """The union is no more: nothing is entered in it, and it is neither moved nor dissolved again."""

    code = "union-dissolved"


class UnionNotEmpty(Refusal):
    """Something still stands in the union, or under it; how many of what, is told."""

    code = "union-not-empty"


class ExportEmpty(Refusal):
    """Nothing stands in the list."""

    code = "export-empty"


class ExportTooLarge(Refusal):
    """More rows than one exported list has."""

    code = "export-too-large"


class UsccLength(Refusal):
    """A unified social credit code has 18 characters (GB 32100)."""

    code = "uscc-length"


class UsccMalformed(Refusal):
    """A character or its place is not one of GB 32100."""

    code = "uscc-malformed"


class UsccCheckDigit(Refusal):
    """The check character (GB 32100) does not fit."""

    code = "uscc-check-digit"


class UsccTaken(Refusal):
    """An enterprise with this code is registered."""

    code = "uscc-taken"


class NameMissing(Refusal):
    """The person has no name."""

    code = "name-missing"


class NameTooLong(Refusal):
    """Longer than any name."""

    code = "name-too-long"


class NameImplausible(Refusal):
    """Digits in a person's name: columns were swapped."""

    code = "name-implausible"


class PhoneMalformed(Refusal):
    """Neither a mobile nor a fixed number of the mainland."""

    code = "phone-malformed"


class ResidentIdMissing(Refusal):
    """No resident ID was given."""

    code = "resident-id-missing"


class ResidentId15Digits(Refusal):
    """The ID of the first generation, without century and check digit; invalid since 2013."""

    code = "resident-id-15-digits"


class ResidentIdLength(Refusal):
    """A resident ID has 18 characters (GB 11643)."""

    code = "resident-id-length"


class ResidentIdMalformed(Refusal):
    """Not 17 digits and a digit or X."""

    code = "resident-id-malformed"


class ResidentIdCheckDigit(Refusal):
    """The check digit (GB 11643, ISO 7064 MOD 11-2) does not fit."""

    code = "resident-id-check-digit"


class BirthDateImpossible(Refusal):
    """The ID holds no date of the calendar, or one before 1900."""

    code = "birth-date-impossible"


class BirthDateInFuture(Refusal):
    """Born after the day on which the person is said to have been registered."""

    code = "birth-date-in-future"


class ResidentIdTwice(Refusal):
    """Two rows of one roster have the same ID."""

    code = "resident-id-twice"


class ResidentIdTaken(Refusal):
    """A person with this ID is registered. Names neither union nor person: whose, is not the caller's to know."""

    code = "resident-id-taken"


def row_fault(row: int, refusal: Refusal) -> Fault:
    """Return what is wrong with one row of a roster. `row` counts from 1, the path in the input from 0."""
    return Fault(f"rows.{row - 1}.{refusal.field}", refusal.code, {"row": row, **refusal.params})


class RowsRefused(Refusal):
    """Rows that cannot pass, all of them; a roster is taken as a whole, so nothing was stored."""

    code = "rows-refused"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(count=len({fault.params["row"] for fault in faults}))
        self.faults = sorted(faults, key=lambda fault: (fault.params["row"], fault.field, fault.code))


class SearchEmpty(Refusal):
    """A search for nothing would find everybody."""

    code = "search-empty"


class SearchPartUnclear(Refusal):
    """Neither the whole of what is searched for nor one of the parts by which persons are found."""

    code = "search-part-unclear"


class PairDecided(Refusal):
    """Somebody has decided about this pair, or merged the person, in the meantime."""

    code = "pair-decided"


class SamePerson(Refusal):
    """A person is not merged with the own file."""

    code = "same-person"


class SurvivorMerged(Refusal):
    """The survivor stands for somebody else: merge with that person."""

    code = "survivor-merged"


class TwoResidentIds(Refusal):
    """Both have a valid number: whose is wrong is settled first."""

    code = "two-resident-ids"


class NumberAndHouseholdApart(Refusal):
    """One has the valid ID number, the other lives in a household: the number goes to the latter first."""

    code = "number-and-household-apart"


class SurvivorLacksNumber(Refusal):
    """The one with a number is the survivor."""

    code = "survivor-lacks-number"


class TwoOpenDossiers(Refusal):
    """Both live in a household with an open dossier: one is closed first."""

    code = "two-open-dossiers"


class TwoHouseholds(Refusal):
    """The two live in two households: one is left first."""

    code = "two-households"


class TwiceInHousehold(Refusal):
    """One household has both as members: one of them leaves first."""

    code = "twice-in-household"


class SurvivorLacksHousehold(Refusal):
    """The one who lives in a household is the survivor, or leaves it first."""

    code = "survivor-lacks-household"


class TooManyMerged(Refusal):
    """More would stand for one another than an undoing can name."""

    code = "too-many-merged"


class PairNotMerged(Refusal):
    """There is no merge to undo."""

    code = "pair-not-merged"


class UndoUnderWay(Refusal):
    """It is being decided whether a merge with one of them is undone."""

    code = "undo-under-way"


class LaterMergeFirst(Refusal):
    """The survivor was merged into somebody else: that merge is undone first."""

    code = "later-merge-first"


class PersonIsErased(Refusal):
    """The person's identity was destroyed; the id stays, and nothing more is done with it."""

    code = "person-erased"


class PersonIsMerged(Refusal):
    """Another stands for the person since a merge: things are done to that one. `survivor` says who, or that it is
    somebody of another unit.
    """

    code = "person-merged"


class PersonIsRestricted(Refusal):
    """The person asked to be erased: the file is kept and not gone on with."""

    code = "person-restricted"


class NotRestricted(Refusal):
    """The person has not asked to be erased."""

    code = "not-restricted"


class RetentionRuns(Refusal):
    """A period of retention has not ended."""

    code = "retention-runs"


class RecordOpen(Refusal):
    """A record is open, so that its period of retention has not begun: a worker, an open dossier."""

    code = "record-open"


class RelativesMatter(Refusal):
    """Nobody acts for a relative whom the same person has declared."""

    code = "relatives-matter"


class RetentionUnknown(Refusal):
    """No policy on retention is in force on that day."""

    code = "retention-unknown"


class TransferEnded(Refusal):
    """The request was taken up or declined before."""

    code = "transfer-ended"


class NobodyFound(Refusal):
    """Nobody with this ID is registered: then the person can be."""

    code = "nobody-found"


class NotAWorker(Refusal):
    """The person is no worker now."""

    code = "not-a-worker"


class AlreadyThere(Refusal):
    """The worker is of this union and this enterprise."""

    code = "already-there"


class BeforeRegistered(Refusal):
    """The business date lies before the registration, transfer or leaving that it follows."""

    code = "before-registered"


class EnteredBySame(Refusal):
    """Two pairs of eyes: who entered or corrected a person does not erase it."""

    code = "entered-by-same"


class OwnMatter(Refusal):
    """Nobody decides about the own file."""

    code = "own-matter"


class IdentityMissing(Refusal):
    """The vault has lost who the person is, as a restored database may: it is to be entered again."""

    code = "identity-missing"


class IdentityNotMissing(Refusal):
    """The vault has the person's identity: what is wrong in it is corrected, not entered again."""

    code = "identity-not-missing"


class IdentityDiffers(Refusal):
    """By this ID it is somebody else: birth year or sex are not those of the person's events."""

    code = "identity-differs"


class NothingCorrected(Refusal):
    """What was given is what is known."""

    code = "nothing-corrected"


class PurposeUnknown(Refusal):
    """No such purpose of opening identity, or not one of the caller's roles: the two are not told apart."""

    code = "purpose-unknown"


class FieldsBeyondPurpose(Refusal):
    """Fields were asked for that the purpose does not need."""

    code = "fields-beyond-purpose"


class HouseholdTooLarge(Refusal):
    """A household has at most so many members."""

    code = "household-too-large"


class MemberTwice(Refusal):
    """A person stands twice among the members."""

    code = "member-twice"


class HouseholderNotOne(Refusal):
    """A household has one householder."""

    code = "householder-not-one"


class InOtherHousehold(Refusal):
    """A person belongs to one household at a time. Which other, is not told."""

    code = "in-other-household"


class PersonUnknown(Refusal):
    """There is no such person, or not within reach: the two are not told apart."""

    code = "person-unknown"


class NotAMember(Refusal):
    """The person does not belong to the household."""

    code = "not-a-member"


class SplitTakesAll(Refusal):
    """Somebody stays when a household splits."""

    code = "split-takes-all"


class HolderNeeded(Refusal):
    """Who goes holds the household's dossier: it must pass to somebody who stays, or be closed first."""

    code = "holder-needed"


class BirthDateMissing(Refusal):
    """Without an ID the birth date is told."""

    code = "birth-date-missing"


class BirthDateWithId(Refusal):
    """Birth date and sex follow from the ID and are never typed beside it."""

    code = "birth-date-with-id"


class HouseholdUnknown(Refusal):
    """There is no such household, or not within reach."""

    code = "household-unknown"


class DossierOpenAlready(Refusal):
    """A household has one open dossier, whoever of its members applies."""

    code = "dossier-open-already"


class HolderNoWorker(Refusal):
    """A dossier is begun for a worker."""

    code = "holder-no-worker"


class HolderUnchanged(Refusal):
    """Who shall hold the dossier holds it."""

    code = "holder-unchanged"


class DossierIsErased(Refusal):
    """What was said in words of the file was destroyed when its period had ended."""

    code = "dossier-erased"


class DossierNotAt(Refusal):
    """The step cannot be taken where the dossier stands."""

    code = "dossier-not-at"


class DateBeforeLastStep(Refusal):
    """Steps are dated in their order."""

    code = "date-before-last-step"


class ClearsMissing(Refusal):
    """Not all of the five clears are known."""

    code = "clears-missing"


class NotAssessed(Refusal):
    """The household's hardship was not assessed."""

    code = "not-assessed"


class MissingNotMissing(Refusal):
    """Missing clears are named where they are the reason, and only there."""

    code = "missing-not-missing"


class PassedBySame(Refusal):
    """Two pairs of eyes: who entered or passed something does not take the next step."""

    code = "passed-by-same"


class NoticeStillUp(Refusal):
    """The public notice must have come down."""

    code = "notice-still-up"


class ObjectionOpen(Refusal):
    """An objection is not settled."""

    code = "objection-open"


class ObjectionUpheld(Refusal):
    """An objection was upheld: the dossier goes back."""

    code = "objection-upheld"


class ObjectionUnknown(Refusal):
    """There is no such objection."""

    code = "objection-unknown"


class ObjectionSettledBefore(Refusal):
    """The objection was settled."""

    code = "objection-settled-before"


class PolicyNotInForce(Refusal):
    """No version of the policy is in force on that day."""

    code = "policy-not-in-force"


class HouseholdEmpty(Refusal):
    """Nobody is left in the household."""

    code = "household-empty"


class IncomeUnknown(Refusal):
    """The vault does not know what a member earns."""

    code = "income-unknown"


class LevelNotComputed(Refusal):
    """By the policy there is no hardship, and nobody set a level."""

    code = "level-not-computed"


class OverrideReasonMissing(Refusal):
    """Another level than the computed one needs a reason."""

    code = "override-reason-missing"


class OverrideNeedless(Refusal):
    """The level set is the computed one."""

    code = "override-needless"


class NothingToReclassify(Refusal):
    """The last review found the level as it was."""

    code = "nothing-to-reclassify"


class ReclassificationWaits(Refusal):
    """The last review found another level of hardship, not its end."""

    code = "reclassification-waits"


class ApproverNeeded(Refusal):
    """A dossier in force is closed by an approver."""

    code = "approver-needed"


class WasEnteredInError(Refusal):
    """What was entered in error is not looked after."""

    code = "was-entered-in-error"


class FileEntered(Refusal):
    """These rows of this file were entered before."""

    code = "file-entered"


class ImportChanged(Refusal):
    """Since the report was shown, other rows can be entered: somebody else has entered some, or corrected a unit."""

    code = "import-changed"


class NothingToEnter(Refusal):
    """No row of the file can be entered."""

    code = "nothing-to-enter"


class ResidentIdOfTwo(Refusal):
    """The same ID stands in row `other` under another name: one of the two is wrong, and nobody knows here which."""

    code = "resident-id-of-two"


class ResidentIdOtherName(Refusal):
    """The person with this ID is registered within reach, but under another name."""

    code = "resident-id-other-name"


class NameCharacterLost(Refusal):
    """A character of the name was lost on the way: ?, a box, or a place that no standard gives."""

    code = "name-character-lost"


class OwnershipMissing(Refusal):
    """An enterprise is public, non-public or an institution."""

    code = "ownership-missing"


class UnionAmbiguous(Refusal):
    """Several unions have this name."""

    code = "union-ambiguous"


class UnionTwice(Refusal):
    """Two rows of one file name the same union under the same union."""

    code = "union-twice"


class UnitNameMissing(Refusal):
    """The unit has no name."""

    code = "unit-name-missing"


class UnitNameMalformed(Refusal):
    """Too long for a unit's name, or it looks like somebody's number."""

    code = "unit-name-malformed"


class UsccTwice(Refusal):
    """Two rows of one file have the same code."""

    code = "uscc-twice"


class SchemeExists(Refusal):
    """The enterprise runs a scheme of titles."""

    code = "scheme-exists"


class TitleTwice(Refusal):
    """A scheme names a title once."""

    code = "title-twice"


class TitleNotInScheme(Refusal):
    """The enterprise's scheme has no such title, or not so many grades."""

    code = "title-not-in-scheme"


class NotOfEnterprise(Refusal):
    """The worker does not work at the enterprise whose title it is."""

    code = "not-of-enterprise"


class TitleTooEarly(Refusal):
    """Before the scheme was adopted, the worker evaluated, or the title appointed."""

    code = "title-too-early"


class TitleNotEvaluated(Refusal):
    """Evaluated, then appointed, then ended: this step is not the next."""

    code = "title-not-evaluated"


class TitleHeld(Refusal):
    """The worker holds another title; that one ends first."""

    code = "title-held"


class AccountMalformed(Refusal):
    """No account number of 8 to 32 digits."""

    code = "account-malformed"


class BankCodeMalformed(Refusal):
    """No bank number (行号) of 12 digits."""

    code = "bank-code-malformed"


class AccountUnchanged(Refusal):
    """The person is paid to this account already."""

    code = "account-unchanged"


class AccountMissing(Refusal):
    """No account is known to which the person is paid."""

    code = "account-missing"


class CellMissing(Refusal):
    """A cell of a table that must be filled in is empty."""

    code = "cell-missing"


class DossierRowTwice(Refusal):
    """Two rows of a table open a dossier for the same household."""

    code = "dossier-row-twice"


class HouseholdNone(Refusal):
    """The person belongs to no household yet: that one is entered first."""

    code = "household-none"


class HouseholdWaits(Refusal):
    """A row of a table is right by itself, but another one of its household is not."""

    code = "household-waits"


class HouseholdWithoutId(Refusal):
    """Nobody of a household in a table has an ID, by which it would be found again."""

    code = "household-without-id"


class HouseholderMissing(Refusal):
    """No row of a household in a table is the householder's."""

    code = "householder-missing"


class HouseholderTwice(Refusal):
    """Two rows of a household in a table are the householder's."""

    code = "householder-twice"


class MemberRowTwice(Refusal):
    """A household in a table lists the same member in two rows."""

    code = "member-row-twice"
