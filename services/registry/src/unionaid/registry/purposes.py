"""What identity may be opened for, kept as data in `purposes.yaml` and checked when it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from unionaid.contracts.fields import Code, IdentityField
from unionaid.registry.domain.person.opening import Purpose
from unionaid.service.roles import Role


class PurposesRefused(ValueError):
    """The file does not say who may open what for which purpose; the message names every fault."""


Screen = Literal["dossiers", "workers", "people", "notice"]
"""Lists and sheets that show names: hardship dossiers and their families, workers, single persons, a public notice."""
SCREENS: frozenset[Screen] = frozenset(get_args(Screen))


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    roles: Annotated[frozenset[Role], Field(min_length=1)]
    fields: Annotated[frozenset[IdentityField], Field(min_length=1)]
    reads_restricted: bool = False
    screens: frozenset[Screen] = frozenset()


_Purposes = TypeAdapter(Annotated[dict[Code, _Entry], Field(min_length=1)])


class _Strict(yaml.SafeLoader):
    """Refuses a purpose that is written down twice: the later one would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        names = [key.value for key, _ in node.value]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise PurposesRefused(f"{', '.join(twice)}: given twice")
        return super().construct_mapping(node, deep)


@cache
def read_purposes(text: str | None = None) -> Mapping[str, Purpose]:
    """Return the purposes by name: those of the package, or of `text`.

    Raises:
        PurposesRefused: a field or a role that there is not, a purpose without one, twice, or with something else.
    """
    if text is None:
        text = files("unionaid.registry").joinpath("purposes.yaml").read_text(encoding="utf-8")
    try:
        read = _Purposes.validate_python(yaml.load(text, _Strict))  # noqa: S506  a safe loader
    except yaml.YAMLError as error:
        raise PurposesRefused(f"no YAML: {error}") from None
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise PurposesRefused("\n".join(faults)) from None
    return {
        name: Purpose(
            frozenset(role.value for role in entry.roles), entry.fields, entry.reads_restricted, entry.screens
        )
        for name, entry in read.items()
    }
