"""The embedded Kafka's settings, as the broker itself tells them."""

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from unionaid.embedded.kafka import SETTINGS
from unionaid.testkit.plugin import StartKafka
from unionaid.testkit.stack import Kafka


async def broker_settings(kafka: Kafka) -> dict[str, str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        [answer] = await admin.describe_configs([ConfigResource(ConfigResourceType.BROKER, "1")])
        [(_, _, _, _, entries)] = answer.resources
        return {entry[0]: entry[1] for entry in entries}
    finally:
        await admin.close()


async def test_the_broker_runs_with_the_settings_written_down(kafka: Kafka) -> None:
    told = await broker_settings(kafka)
    for name, (value, _) in SETTINGS.items():
        if "{" not in value:
            assert told[name] == value, name


async def test_a_test_may_override_settings(new_kafka: StartKafka) -> None:
    kafka = await new_kafka({"transactional.id.expiration.ms": "2000"})
    assert (await broker_settings(kafka))["transactional.id.expiration.ms"] == "2000"
