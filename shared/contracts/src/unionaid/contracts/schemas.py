"""JSON Schemas of the events' data, version by version."""

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from unionaid.contracts.catalogue import EVENTS
from unionaid.contracts.event import Event, type_name
from unionaid.contracts.samples import SAMPLES

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _AsWritten(GenerateJsonSchema):
    """Optional fields are left out when absent, never null: so the schema of what is written has no null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def schema_of(event: type[Event]) -> dict[str, Any]:
    """The schema of the event's newest version.

    It holds no wording, which may be bettered when a schema may not: texts are in the reference. It does not
    forbid other properties, because a later release may add an optional one.
    """
    body = _bare(event.model_json_schema(schema_generator=_AsWritten))
    return {
        "$schema": DIALECT,
        "$id": event.DATASCHEMA,
        "title": event.TYPE,
        **{key: value for key, value in body.items() if key != "title"},
    }


def _bare(node: Any) -> Any:
    """Without descriptions, titles of properties and `additionalProperties: false`."""
    if isinstance(node, list):
        return [_bare(item) for item in node]
    if not isinstance(node, dict):
        return node
    bare = {}
    for key, value in node.items():
        if key in ("properties", "$defs"):
            bare[key] = {name: _bare(child) for name, child in value.items()}
        elif key not in ("description", "title", "additionalProperties"):
            bare[key] = _bare(value)
    return bare


def file_name(service: str, name: str, version: int) -> str:
    """Of a schema or an example, below its directory."""
    return f"{service}/{name}.v{version}.json"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an event; `event` is the class of the newest one, to which all are upcast."""

    event: type[Event]
    number: int

    @property
    def title(self) -> str:
        """E.g. `ReliefPaid.v1`."""
        return f"{self.event.__name__}.v{self.number}"

    @property
    def type(self) -> str:
        """The CloudEvents `type`."""
        return type_name(self.event.SERVICE, self.event.__name__, self.number)

    @property
    def is_newest(self) -> bool:
        """Whether services write this version."""
        return self.number == self.event.VERSION

    @property
    def file(self) -> str:
        """Of its schema and its example, below `schemas/` and `examples/`."""
        return f"{self.event.SERVICE}/{self.title}.json"

    def schema(self) -> dict[str, Any]:
        """From the class if it is the newest, else as committed. Raises FileNotFoundError if it was lost."""
        return schema_of(self.event) if self.is_newest else json.loads(_committed(f"schemas/{self.file}"))

    def example(self) -> str:
        """The text of the example file. Raises FileNotFoundError if that of an older version was lost."""
        return SAMPLES[self.event].pretty() if self.is_newest else _committed(f"examples/{self.file}")


def versions() -> list[Version]:
    """Every version a topic may hold, the newest of each event first."""
    return [Version(event, number) for event in EVENTS for number in range(event.VERSION, 0, -1)]


def _committed(path: str) -> str:
    return files("unionaid.contracts").joinpath(path).read_text(encoding="utf-8")


def dump(document: Any) -> str:
    """JSON as the committed files have it: the same text for the same document."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
