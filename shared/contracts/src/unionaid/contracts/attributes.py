"""The attributes that events may hold: a list, and the check of a schema against it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

Kind = Literal[
    "id", "date", "amount", "amount_or_none", "number", "flag", "code", "hash", "public_name", "document_number"
]
Schema = dict[str, Any]
_SHA256 = "^[0-9a-f]{64}$"


@dataclass(frozen=True, slots=True)
class Attribute:
    """What a listed attribute is; `coarseness` is there if it says something of a person."""

    kind: Kind
    about: Literal["person", "unit", "act"]
    meaning: str
    coarseness: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in _LOOKS_LIKE or self.about not in ("person", "unit", "act"):
            raise ValueError(f"unknown kind {self.kind!r} or about {self.about!r}")
        if (self.about == "person") != (self.coarseness is not None):
            raise ValueError("coarseness is given for what is about a person, and only for that")


@cache
def attributes() -> dict[str, Attribute]:
    """The listed attributes by path, e.g. `parts.fund_id`. Raises ValueError if the list itself is wrong."""
    text = files("unionaid.contracts").joinpath("attributes.yaml").read_text(encoding="utf-8")
    return {path: Attribute(**entry) for path, entry in yaml.safe_load(text).items()}


def leaves(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Every attribute of an event's schema: its path and its own schema; array items stand for the array."""
    definitions = schema.get("$defs", {})

    def walk(path: str, node: Schema) -> Iterator[tuple[str, Schema]]:
        if "$ref" in node:
            node = definitions[node["$ref"].removeprefix("#/$defs/")]
        if node.get("type") == "array" and "items" in node:
            yield from walk(path, node["items"])
        elif "properties" in node:
            for name, child in node["properties"].items():
                yield from walk(f"{path}.{name}" if path else name, child)
        else:
            yield path, node

    yield from walk("", schema)


def breaches(schema: Schema) -> list[str]:
    """What an event's schema holds against the list: an unlisted attribute, or values of another kind."""
    found = []
    for path, node in leaves(schema):
        attribute = attributes().get(path)
        if attribute is None:
            found.append(f"{path}: not listed in attributes.yaml, so it belongs in the vault")
        elif not _LOOKS_LIKE[attribute.kind](node):
            found.append(f"{path}: listed as {attribute.kind}, but its schema is {node}")
    return found


def _bounded_text(node: Schema) -> bool:
    return node.get("type") == "string" and "maxLength" in node


def _bounded_integer(node: Schema) -> bool:
    return node.get("type") == "integer" and "maximum" in node


_LOOKS_LIKE: dict[Kind, Callable[[Schema], bool]] = {
    "id": lambda node: node.get("format") == "uuid",
    "date": lambda node: node.get("format") == "date",
    "amount": lambda node: _bounded_integer(node) and node.get("exclusiveMinimum") == 0,
    "amount_or_none": lambda node: _bounded_integer(node) and node.get("minimum") == 0,
    "number": lambda node: _bounded_integer(node) and "minimum" in node,
    "flag": lambda node: node.get("type") == "boolean",
    "code": lambda node: "enum" in node or (_bounded_text(node) and node.get("pattern", "^").isascii()),
    "hash": lambda node: node.get("pattern") == _SHA256,
    "public_name": _bounded_text,
    "document_number": lambda node: _bounded_text(node) and "pattern" in node,
}
