"""In-house titles (企业内部职称评聘): an enterprise's own professional titles for front-line workers."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from unionaid.contracts.event import Data
from unionaid.contracts.fields import (
    SCHEME_TITLES_MAX,
    TITLE_GRADES_MAX,
    AmountFenOrNone,
    PublicName,
    TitleEndReason,
)
from unionaid.contracts.registry.base import RegistryEvent

Grade = Annotated[int, Field(ge=1, le=TITLE_GRADES_MAX)]
"""1 is the lowest."""


TitleNumber = Annotated[int, Field(ge=1, le=SCHEME_TITLES_MAX)]
"""A title's place in its scheme, from 1: what is said of a person names no text."""


class SchemeTitle(Data):
    """A title of a scheme, and how many grades it has."""

    title_name: PublicName
    grades: Grade


class TitleSchemeAdopted(RegistryEvent, stream="scheme", stream_id="scheme_id"):
    """An enterprise began to run titles of its own."""

    scheme_id: UUID
    enterprise_id: UUID
    titles: Annotated[tuple[SchemeTitle, ...], Field(min_length=1, max_length=SCHEME_TITLES_MAX)]


class TitleEvaluated(RegistryEvent, stream="title"):
    """A worker was found fit for a grade of a title by the enterprise's own evaluation."""

    title_id: UUID
    scheme_id: UUID
    enterprise_id: UUID
    person_id: UUID
    title_number: TitleNumber
    grade: Grade


class TitleAppointed(RegistryEvent, stream="title"):
    """The enterprise appointed the worker to what was evaluated, with a monthly allowance in fen, or none."""

    title_id: UUID
    scheme_id: UUID
    enterprise_id: UUID
    person_id: UUID
    title_number: TitleNumber
    grade: Grade
    allowance_fen: AmountFenOrNone


class TitleEnded(RegistryEvent, stream="title"):
    """The appointment ended."""

    title_id: UUID
    person_id: UUID
    reason_code: TitleEndReason
