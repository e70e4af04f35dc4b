"""The AsyncAPI 3.0 document, from the events themselves."""

import json
from typing import Any

import msgspec

from unionaid.contracts.attributes import attributes
from unionaid.contracts.envelope import Envelope
from unionaid.contracts.event import SERVICES, Service, schema_uri
from unionaid.contracts.schemas import Version, versions
from unionaid.contracts.topics import Topic, topics

DOCUMENT_VERSION = "0.1.0.dev0"
"""The version of this distribution."""
EXAMPLE_DIVISION = "640302"
CONTENT_TYPE = "application/cloudevents+json"
KAFKA_BINDING_VERSION = "0.5.0"

Document = dict[str, Any]


def document() -> Document:
    """Channels are the topics, each version of each event is a message of its own."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "UnionAid",
            "version": DOCUMENT_VERSION,
            "description": (
                "The logs of the five services of a district federation of trade unions. "
                "A value is a CloudEvents 1.0 event in structured mode; a topic has one partition, is kept "
                "for ever, and its order is the log's."
            ),
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {service: _channel(service, topic) for service, topic in _topics()},
        "operations": {
            f"{service}.publish": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{service}"},
                "summary": f"What {service} has recorded, in the order of its log",
            }
            for service in SERVICES
        },
        "components": {
            "messages": {component(version): _message(version) for version in versions()},
            "schemas": {"Envelope": envelope_schema(), **_data_schemas()},
        },
    }


def envelope_schema() -> Document:
    """The attributes of a published value, as a JSON Schema."""
    _, components = msgspec.json.schema_components((Envelope,))
    schema: Document = components["Envelope"]
    properties = {name: _without_null(node) for name, node in schema["properties"].items()}
    return {
        "type": "object",
        "properties": properties,
        "required": ["logindex", "logtime", *schema["required"]],
    }


def _without_null(node: Document) -> Document:
    """Optional attributes are left out, never null."""
    kept = {key: value for key, value in node.items() if key != "default"}
    if "anyOf" in kept:
        (kept,) = (choice for choice in kept["anyOf"] if choice.get("type") != "null")
    return kept


def _topics() -> list[tuple[Service, Topic]]:
    return list(zip(SERVICES, topics(EXAMPLE_DIVISION), strict=True))


def component(version: Version) -> str:
    """Return the key of a message and its schema: the title, after the service where several have such an event."""
    others = [other for other in versions() if other.title == version.title]
    return version.title if len(others) == 1 else f"{version.event.SERVICE}.{version.title}"


def _channel(service: Service, topic: Topic) -> Document:
    config = topic.config
    return {
        "address": topic.name.replace(EXAMPLE_DIVISION, "{division}"),
        "parameters": {
            "division": {
                "description": "Six-digit code of the administrative division (GB/T 2260)",
                "examples": [EXAMPLE_DIVISION],
            }
        },
        "messages": {
            version.title: {"$ref": f"#/components/messages/{component(version)}"}
            for version in versions()
            if service == version.event.SERVICE
        },
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                # The other settings of topics.yaml have no place in this binding's schema.
                "topicConfiguration": {
                    "cleanup.policy": [config["cleanup.policy"]],
                    "retention.ms": int(config["retention.ms"]),
                    "retention.bytes": int(config["retention.bytes"]),
                    "max.message.bytes": int(config["max.message.bytes"]),
                },
                "bindingVersion": KAFKA_BINDING_VERSION,
            }
        },
    }


def _message(version: Version) -> Document:
    return {
        "name": version.type,
        "title": version.title,
        "summary": summary(version),
        "contentType": CONTENT_TYPE,
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/Envelope"},
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": version.type},
                        "dataschema": {
                            "const": schema_uri(version.event.SERVICE, version.event.__name__, version.number)
                        },
                        "data": {"$ref": f"#/components/schemas/{component(version)}"},
                    },
                },
            ]
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "The event's subject"},
                "bindingVersion": KAFKA_BINDING_VERSION,
            }
        },
        "examples": [{"name": version.title, "payload": json.loads(version.example())}],
    }


def summary(version: Version) -> str:
    """The first paragraph of the event's description, on one line."""
    if not version.is_newest:
        return f"Older version of {version.event.__name__}.v{version.event.VERSION}: read, no longer written."
    paragraph = (version.event.__doc__ or "").partition("\n\n")[0]
    return " ".join(paragraph.split())


def _data_schemas() -> Document:
    """By message title; nested definitions lie beside, so that no two events' can be confused."""
    schemas: Document = {}
    for version in versions():
        schema = version.schema()
        for name, nested in schema.pop("$defs", {}).items():
            schemas[f"{component(version)}.{name}"] = _described(nested, version, f"{_path_to(name, schema)}.")
        schemas[component(version)] = _described(schema, version, "")
    return schemas


def _path_to(definition: str, schema: Document) -> str:
    """Under which attribute a definition is used."""
    reference = f"#/$defs/{definition}"
    (path,) = (name for name, node in schema["properties"].items() if reference in json.dumps(node))
    return str(path)


def _described(schema: Document, version: Version, prefix: str) -> Document:
    """Without its own URI, which would move the references, and with the attributes' meanings."""
    properties = {
        name: _with_meaning(_moved(node, version), f"{prefix}{name}") for name, node in schema["properties"].items()
    }
    return {"type": "object", "properties": properties, "required": schema.get("required", [])}


def _moved(node: Any, version: Version) -> Any:
    if isinstance(node, list):
        return [_moved(item, version) for item in node]
    if isinstance(node, dict):
        return {key: _moved(value, version) for key, value in node.items()}
    if isinstance(node, str):
        return node.replace("#/$defs/", f"#/components/schemas/{component(version)}.")
    return node


def _with_meaning(node: Document, path: str) -> Document:
    attribute = attributes().get(path)
    return node if attribute is None else {"description": attribute.meaning, **node}
