"""Kinds of value that reporting checks again where it reads, for another wrote them (contracts/fields)."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

AMOUNT_FEN_MAX = 10**15

AmountFen = Annotated[int, msgspec.Meta(gt=0, le=AMOUNT_FEN_MAX)]
HeadCount = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Year = Annotated[int, msgspec.Meta(ge=1900, le=2199)]
Id = UUID
ProgrammeKind = Literal["SPRING_SKILLS", "SUMMER_COOLNESS", "AUTUMN_TUITION", "WINTER_WARMTH", "MAJOR_ILLNESS_RELIEF"]
PaymentMethod = Literal["bank", "cash", "goods"]
FundSource = Literal["appropriation", "dues", "donation"]
UnionLevel = Literal["district", "sub_district", "grassroots"]
Ownership = Literal["public", "non_public", "institution"]
Sex = Literal["female", "male"]
HardshipLevel = Literal["deep", "relative", "sudden"]
CauseCode = Literal["illness", "disability", "accident", "disaster", "unemployment", "low_income", "schooling", "other"]
DossierStep = Literal["opened", "verified", "posted", "approved", "returned", "reviewed", "reclassified", "closed"]
ActivityStep = Literal["issued", "returned", "held", "enrolled", "completed", "placed"]
