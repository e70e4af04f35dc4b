"""docs/reference/events.md, from the events themselves."""

from collections.abc import Iterable
from typing import Any

from unionaid.contracts.asyncapi import EXAMPLE_DIVISION, envelope_schema, summary
from unionaid.contracts.attributes import attributes, leaves
from unionaid.contracts.event import SERVICES, Service
from unionaid.contracts.schemas import Version, versions
from unionaid.contracts.topics import topic_name, topics

_HEAD = """\
# Events

Generated from `unionaid.contracts` by `python -m unionaid.contracts.generate`; do not edit. What an envelope,
a version and an upcaster are, and how to read tolerantly: [explanation](../explanation/events.md).
"""


def events_md() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_envelope(), *_topics(), *(line for service in SERVICES for line in _service(service))])


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    rules = tuple("---" for _ in head)
    lines = [" | ".join(cell.replace("|", r"\|") for cell in row) for row in (head, rules, *rows)]
    return [f"| {line} |" for line in lines]


def _envelope() -> list[str]:
    schema = envelope_schema()
    rows = [
        (f"`{name}`", _shown(node), _presence(name, schema), node.get("description", "The event: see below"))
        for name, node in schema["properties"].items()
    ]
    return ["## Envelope", "", *_table(("attribute", "value", "", "meaning"), rows), ""]


def _topics() -> list[str]:
    all_topics = topics(EXAMPLE_DIVISION)
    names = ", ".join(f"`{topic.name}`" for topic in all_topics)
    config = [(f"`{name}`", f"`{value}`") for name, value in all_topics[0].config.items()]
    return [
        "## Topics",
        "",
        f"In the division {EXAMPLE_DIVISION}: {names}. One partition each. The settings with one replica:",
        "",
        *_table(("setting", "value"), config),
        "",
    ]


def _service(service: Service) -> list[str]:
    own = [version for version in versions() if service == version.event.SERVICE]
    if not own:
        return []
    topic = topic_name(EXAMPLE_DIVISION, service)
    return [f"## {service}", "", f"Topic `{topic}`.", "", *(line for each in own for line in _event(each))]


def _event(version: Version) -> list[str]:
    event, schema = version.event, version.schema()
    required = _required(schema)
    rows = [
        (f"`{path}`", _shown(node), "" if path in required else "optional", attributes()[path].meaning)
        for path, node in leaves(schema)
    ]
    return [
        f"### {version.title}",
        "",
        *_description(version),
        f"Type `{version.type}`, stream `{event.STREAM}-<{event.STREAM_ID}>`.",
        "",
        *_table(("attribute", "value", "", "meaning"), rows),
        "",
    ]


def _description(version: Version) -> list[str]:
    """The docstring's paragraphs, each on one line."""
    more = (version.event.__doc__ or "").split("\n\n")[1:] if version.is_newest else []
    texts = [summary(version), *more]
    return [line for text in texts for line in (" ".join(text.split()), "")]


def _required(schema: dict[str, Any]) -> set[str]:
    """Paths that are always there: required, in objects that are."""
    paths = set(schema["required"])
    for name, node in schema["properties"].items():
        reference = node.get("$ref") or node.get("items", {}).get("$ref")
        if reference and name in paths:
            nested = schema["$defs"][reference.removeprefix("#/$defs/")]
            paths |= {f"{name}.{child}" for child in nested.get("required", [])}
    return paths


def _presence(name: str, schema: dict[str, Any]) -> str:
    return "" if name in schema["required"] else "optional"


def _shown(node: dict[str, Any]) -> str:
    """The value's kind and limits, in a few words."""
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    if node.get("type") == "integer":
        low = node["minimum"] if "minimum" in node else node["exclusiveMinimum"] + 1
        return f"integer {low}–{node['maximum']}"
    if "pattern" in node:
        return f"text `{node['pattern']}`"
    if "maxLength" in node:
        return f"text, at most {node['maxLength']} characters"
    return str(node.get("format") or node.get("type") or "object")
