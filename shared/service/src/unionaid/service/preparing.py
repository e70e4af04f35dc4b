"""What is done once before a service runs, and may be repeated: its database and roles, its topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unionaid.contracts.topics import topic_name
from unionaid.contracts.topics import topics as topics_of
from unionaid.eventlog import provision as databases
from unionaid.eventlog import topics
from unionaid.service.waiting import until

if TYPE_CHECKING:
    from unionaid.contracts.event import Service
    from unionaid.service.settings import ProvisionSettings, TopicSettings


async def provision(settings: ProvisionSettings) -> None:
    """Make the service's database and roles, with the passwords of the URLs.

    Raises:
        GaveUp: the server was not up in time.
        ServerTooOld: before anything is made.
    """
    await until(
        "database",
        settings.wait_s,
        lambda: databases.provision(settings.superuser_database_url, settings.database, settings.passwords),
    )


async def create_topic(service: Service, settings: TopicSettings) -> None:
    """Make the service's topic, its log, unless it exists.

    Raises:
        GaveUp: the broker was not up in time.
    """
    name = topic_name(settings.division, service)
    wanted = [t for t in topics_of(settings.division, replication_factor=settings.topic_replicas) if t.name == name]
    await until("Kafka", settings.wait_s, lambda: topics.create(settings.kafka, wanted))
