"""What registry refuses, by name. Each code is stable and has a text in every language of `locale/`."""

from __future__ import annotations

from collections.abc import Sequence

from unionaid.service.refusals import Fault, NotFound, Refusal

__all__ = [
    "AlreadyRegistered",
    "AlreadyThere",
    "BeforeRegistered",
    "BirthDateImpossible",
    "BirthDateInFuture",
    "DateInFuture",
    "DateTooEarly",
    "DistrictExists",
    "DistrictHasNoParent",
    "EnteredBySame",
    "Fault",
    "FieldsBeyondPurpose",
    "IdentityDiffers",
    "IdentityMissing",
    "IdentityNotMissing",
    "NameImplausible",
    "NameMissing",
    "NameTooLong",
    "NobodyFound",
    "NotAWorker",
    "NotFound",
    "NotRestricted",
    "NothingCorrected",
    "OwnMatter",
    "ParentMissing",
    "ParentWrongLevel",
    "PersonIsErased",
    "PersonIsRestricted",
    "PhoneMalformed",
    "PurposeUnknown",
    "RecordOpen",
    "Refusal",
    "ResidentId15Digits",
    "ResidentIdCheckDigit",
    "ResidentIdLength",
    "ResidentIdMalformed",
    "ResidentIdMissing",
    "ResidentIdTaken",
    "ResidentIdTwice",
    "RetentionRuns",
    "RetentionUnknown",
    "RowsRefused",
    "TransferEnded",
    "UnitUnknown",
    "UsccCheckDigit",
    "UsccLength",
    "UsccMalformed",
    "UsccTaken",
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


class PersonIsErased(Refusal):
    """The person's identity was destroyed; the id stays, and nothing more is done with it."""

    code = "person-erased"


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
