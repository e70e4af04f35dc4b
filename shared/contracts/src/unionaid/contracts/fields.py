"""The kinds of value an event's data may hold, each with its named limit.

There is no kind for free text about a person: identity never enters the log (docs/explanation/events.md).
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

AMOUNT_FEN_MAX = 10**15
"""10 trillion yuan in fen: above any sum of the field, below 2**53, so that JavaScript readers stay exact."""
LINES_MAX = 5_000
"""Lines of one list."""
PARTS_MAX = 16
"""Funds that may share one payment."""
VERSION_MAX = 2**31 - 1
"""Events of one stream."""
WEIGHT_MAX = 1_000_000
"""What one budget weighs where lists are split."""
APPROVALS_MAX = 4
"""Approvals that one list may need."""
BANDS_MAX = 10
"""Bands of one programme."""
RULES_MAX = 20
"""Conditions of one programme; standards as well."""
FACTS_MAX = 64
"""Attributes that one decision may rest on."""
RULE_CHARS_MAX = 400
"""Characters of one rule."""
NAME_CHARS_MAX = 120
VOUCHER_CHARS_MAX = 64
CODE_CHARS_MAX = 64
PERIOD_CHARS_MAX = 16
FILE_BYTES_MAX = 20 * 1024 * 1024
"""The largest file a service takes."""
OPENED_PERSONS_MAX = 500
"""Persons of one opening of identity."""
OPENED_FIELDS_MAX = 8
"""Fields of one opening: all there are."""
OPENER_ROLES_MAX = 14
"""Roles of one person: all there are."""
IMPORTED_ROWS_MAX = 10_000
"""Rows of one imported file."""
SCHEME_TITLES_MAX = 50
"""Titles of one enterprise's scheme."""
TITLE_GRADES_MAX = 20
"""Grades of one title."""
VAULT_VERSION_MAX = 2**31 - 1
YEAR_MIN, YEAR_MAX = 1900, 2199
HOUSEHOLD_MEMBERS_MAX = 30
"""Members of one household."""
PERCENT_MAX = 10_000
"""Whole percent of the minimum living guarantee: a hundred times it, and more is told as that."""
NOTICE_WORKING_DAYS_MAX = 60
"""Working days of one public notice."""
GOODS_QUANTITY_MAX = 1_000_000
"""Units of one item that a stock holds."""
GOODS_ITEMS_MAX = 20
"""Items handed out together."""
GOODS_PARTS_MAX = 100
"""Parts of one issue: of each item as much as came with one receipt."""
SESSION_TRAINEES_MAX = 500
"""Trainees of one session."""
SESSION_HOURS_MAX = 2_000
"""Hours of one session."""
HEAD_COUNT_MAX = 100_000
"""People counted by the head at one site, fair or competition."""

_RESIDENT_ID = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{5}(18|19|20)[0-9]{9}[0-9Xx](?![0-9A-Za-z])")
_MOBILE_PHONE = re.compile(r"(?<![0-9A-Za-z])1[3-9][0-9]{9}(?![0-9A-Za-z])")


def _without_identity(text: str) -> str:
    """A last guard for the few texts an event may hold: an ID or phone number in them is a mistake."""
    if _RESIDENT_ID.search(text) or _MOBILE_PHONE.search(text):
        raise ValueError("looks like a resident ID or a mobile phone number: identity never enters the log")
    return text


AmountFen = Annotated[int, Field(gt=0, le=AMOUNT_FEN_MAX)]
"""Money in fen, more than nothing."""
AmountFenOrNone = Annotated[int, Field(ge=0, le=AMOUNT_FEN_MAX)]
"""Money in fen, or none: a part of a sum that may be empty."""
Lines = Annotated[int, Field(ge=1, le=LINES_MAX)]
"""How many lines a list has."""
LinesOrNone = Annotated[int, Field(ge=0, le=LINES_MAX)]
"""How many of a list's lines; it may be none of them."""
LineNumber = Annotated[int, Field(ge=1, le=LINES_MAX)]
"""A line's place in its list, from 1."""
SessionPlaces = Annotated[int, Field(ge=1, le=SESSION_TRAINEES_MAX)]
"""How many trainees a session takes."""
Hours = Annotated[int, Field(ge=1, le=SESSION_HOURS_MAX)]
"""Hours of teaching."""
Quantity = Annotated[int, Field(ge=1, le=GOODS_QUANTITY_MAX)]
"""How many units of an item."""
HeadCount = Annotated[int, Field(ge=1, le=HEAD_COUNT_MAX)]
"""How many people, counted by the head and not by name."""
HeadCountOrNone = Annotated[int, Field(ge=0, le=HEAD_COUNT_MAX)]
"""The same, or nobody."""
StreamVersion = Annotated[int, Field(ge=1, le=VERSION_MAX)]
"""The version of a stream, from 1."""
Weight = Annotated[int, Field(ge=1, le=WEIGHT_MAX)]
"""What one budget weighs among those that share a list."""
Year = Annotated[int, Field(ge=YEAR_MIN, le=YEAR_MAX)]
Sha256Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", max_length=64)]
FileBytes = Annotated[int, Field(ge=1, le=FILE_BYTES_MAX)]
"""A file's length in bytes; the file itself lies in the vault."""
VaultVersion = Annotated[int, Field(ge=1, le=VAULT_VERSION_MAX)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=CODE_CHARS_MAX)]
"""A word of a policy file: a purpose, a reason, an earmark."""
PolicyVersion = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]*$", max_length=CODE_CHARS_MAX)]
RuleText = Annotated[
    str,
    StringConstraints(pattern=r"^[ -~\n]+$", min_length=1, max_length=RULE_CHARS_MAX),
    AfterValidator(_without_identity),
]
"""A rule in CEL over listed attributes, as it was written; ASCII without remarks."""
AttributeName = Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z_]+$", max_length=CODE_CHARS_MAX)]
"""An attribute that rules may look at, such as `dossier.level`."""
AttributeValue = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=CODE_CHARS_MAX)]
"""Its value: a code, a whole number, `true` or `false`."""
Period = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-[A-Za-z0-9]{1,8})?$", max_length=PERIOD_CHARS_MAX)]
"""Within which a purpose is paid once: `2017`, `2017-Q1`, `2016-2017`, `2017-SPRING`."""
PublicName = Annotated[
    str,
    StringConstraints(
        pattern=r"^[^\x00-\x20\x7f\u3000]([^\x00-\x1f\x7f]*[^\x00-\x20\x7f\u3000])?$",
        min_length=1,
        max_length=NAME_CHARS_MAX,
    ),
    AfterValidator(_without_identity),
]
"""The public name of a unit, fund or programme; never a person's."""
Voucher = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9A-Za-z\u4e00-\u9fff〔〕()（）./-]*[0-9][0-9A-Za-z\u4e00-\u9fff〔〕()（）./-]*$",
        max_length=VOUCHER_CHARS_MAX,
    ),
    AfterValidator(_without_identity),
]
"""The number of a document or bank receipt (文號、憑證號), without blanks."""
Uscc = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$",
        max_length=18,
    ),
]
"""Unified social credit code, GB 32100; its check digit is registry's to test."""

UnionLevel = Literal["district", "sub_district", "grassroots"]
Ownership = Literal["public", "non_public", "institution"]
ImportedTable = Literal["workers", "enterprises", "unions", "households", "dossiers"]
"""What the rows of an imported file are."""
UnitField = Literal["uscc", "name", "ownership", "union_org_id"]
"""The name of a detail of an enterprise."""
UNIT_FIELDS_MAX = 4
"""Details of one correction: all there are."""
Sex = Literal["female", "male"]
IdentityField = Literal[
    "name", "resident_id", "phone", "bank_account", "bank_code", "account_holder", "address", "birth_date"
]
"""The name of a field of the vault, never its value."""
ErasureReason = Literal["retention-ended", "entered-in-error", "ordered"]
"""Why a person is erased: the last period has run out, it was an error to enter, or a court or authority says so."""
CorrectionReason = Literal["entered-wrong", "changed", "number-invalid", "completed"]
"""Why identity is corrected: it was never so, it is so no more, the ID number is nobody's or another's,
or it was not at hand before.
"""
LeavingReason = Literal["retired", "resigned", "dismissed", "contract-ended", "moved", "died", "entered-in-error"]
"""Why somebody is a worker of the union no more."""
AccountReason = Literal["told", "changed", "entered-wrong"]
"""Why a bank account is stated: it was told, it is another now, or it was entered wrong."""
AccountDoubt = Literal["account-changed", "account-shared"]
"""Why an account is looked at twice before it is paid to: it is another since lately, or somebody else's too."""
AccountEndReason = Literal["closed", "not-the-persons", "entered-wrong", "asked"]
"""Why nothing more is paid to a bank account: it is closed, another's, an error, or the person asks for it."""
VerificationOutcome = Literal["received", "received-less", "received-nothing", "not-reached"]
"""What somebody who was paid said of it."""
DecliningReason = Literal["stays", "other-person", "no-consent"]
"""Why a transfer is declined: the worker stays, the ID is somebody else's, the worker does not want it."""
UnitCorrectionReason = Literal["entered-wrong", "changed", "completed"]
"""Why what is known of an enterprise is corrected: it was never so, it is so no more, or it was not known before."""
NameCorrectionReason = Literal["entered-wrong", "changed"]
"""Why the name of a union is another: it was never called so, it is called so no more."""
DissolutionReason = Literal["enterprise-closed", "merged", "reorganised", "entered-in-error"]
"""Why a union is dissolved: its enterprise ended, its people went to another union, the tree was cut anew, an error."""
ReentryReason = Literal["restored-without", "unreadable"]
"""Why identity is entered again: a restored database did not have it, or its key is lost."""
Percent = Annotated[int, Field(ge=0, le=PERCENT_MAX)]
"""Whole percent, rounded up: at most a whole threshold exactly when the unrounded ratio is."""
HouseholdSize = Annotated[int, Field(ge=1, le=HOUSEHOLD_MEMBERS_MAX)]
ApproverRole = Literal["approver", "district_officer"]
"""Whose approval a list may need."""
BandMeasure = Literal["line", "list"]
"""What a band of amounts is measured by: the greatest line, or the whole list."""
FundingMode = Literal["order", "split"]
"""How several budgets pay one list: one after the other, or each its part."""
Relation = Literal["householder", "spouse", "child", "parent", "grandparent", "grandchild", "sibling", "other"]
"""To the householder (户主)."""
HealthCode = Literal["healthy", "chronic", "serious_illness", "disabled"]
"""How somebody is, coarsely; what it is lies in the vault."""
SchoolStage = Literal["preschool", "primary", "lower_secondary", "upper_secondary", "college", "postgraduate"]
"""Where somebody is at school; vocational schools stand with their stage."""
DepartureReason = Literal["moved", "married", "died", "split", "entered-in-error"]
SplitReason = Literal["divorce", "living-apart"]
HardshipLevel = Literal["deep", "relative", "sudden"]
"""深度困难, 相对困难, 意外致困."""
FamilySituation = Literal["ordinary", "single_parent", "elderly_in_care", "children_at_school", "disabled_member"]
CauseCode = Literal["illness", "disability", "accident", "disaster", "unemployment", "low_income", "schooling", "other"]
StateOfMind = Literal["stable", "worried", "despondent", "needs_counsel"]
EmploymentWish = Literal["employed", "seeks_work", "wants_training", "cannot_work", "retired", "none"]
TechnicalSkill = Literal["none", "junior", "intermediate", "senior", "technician"]
ClearName = Literal["family_situation", "hardship_cause", "state_of_mind", "employment_wish", "technical_skill"]
"""Which of the five clears (五清)."""
OverrideReason = Literal["debts", "care-burden", "income-unsteady", "property", "other-aid", "policy-lags"]
"""Why an officer sets another level than the policy computes."""
ReturnReason = Literal["clears-missing", "facts-doubtful", "objection-upheld", "withdrawn"]
ClosingReason = Literal["lifted", "retired", "moved", "died", "entered-in-error"]
CallBackOutcome = Literal["stable", "relapsed", "not-reached"]
HolderChangeReason = Literal["died", "split", "left", "asked"]
ObjectionGround = Literal["income", "property", "household", "employment", "other"]
ObjectionOutcome = Literal["upheld", "unfounded", "withdrawn"]
StatementField = Literal[
    "monthly_income_fen", "health_note", "school", "family_situation", "hardship_cause", "state_of_mind",
    "employment_wish", "technical_skill", "shock_fen", "shock_note", "objection",
]  # fmt: skip
"""The name of a field of a statement in the vault, never its value."""
STATEMENT_FIELDS_MAX = 11
"""Fields of one opening of statements: all there are."""
TitleEndReason = Literal["left", "retired", "promoted", "term-ended", "withdrawn"]
"""Why an appointment to an in-house title ended."""
FundSource = Literal["appropriation", "dues", "donation"]
FundReturnReason = Literal["unspent", "giver-asked", "sent-in-error", "entered-wrong"]
"""Why money of a fund went back: not needed, asked back, not meant for it, or more was entered than came."""
PledgeWithdrawalReason = Literal["giver-withdrew", "entered-wrong", "lapsed"]
BudgetReleaseReason = Literal["year-end", "programme-ended", "allotted-too-much", "needed-elsewhere"]
ProgrammeKind = Literal["SPRING_SKILLS", "SUMMER_COOLNESS", "AUTUMN_TUITION", "WINTER_WARMTH", "MAJOR_ILLNESS_RELIEF"]
PaymentMethod = Literal["bank", "cash", "goods"]
GoodsUnit = Literal["piece", "box", "bottle", "bag", "set", "kilogram", "litre"]
"""What an item is counted in."""
GoodsOrigin = Literal["donated", "bought"]
GoodsValuation = Literal["invoice", "market-price", "appraisal"]
"""What the value of donated goods rests on: the donor's invoice, the price asked for the like, an appraisal."""
GoodsRemovalReason = Literal["spoiled", "lost", "sent-back", "entered-wrong"]
"""Why goods left the stock without being handed out."""
GoodsReturnReason = Literal["unused", "entered-wrong"]
"""Why goods of an issue are on stock again: they were not needed, or never went out."""
SignedBy = Literal["payee", "thumbprint", "proxy"]
