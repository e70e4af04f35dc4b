"""Topics as data."""

from collections.abc import Callable

import pytest

from unionaid.contracts import SERVICES, VALUE_BYTES_MAX, source, topic_name, topics


def test_one_topic_of_one_partition_for_each_service() -> None:
    found = topics("640302")
    assert [topic.name for topic in found] == [f"unionaid.640302.{service}" for service in SERVICES]
    assert {topic.partitions for topic in found} == {1}


def test_nothing_ages_out_and_every_setting_is_a_text() -> None:
    for topic in topics("640302"):
        assert topic.config["retention.ms"] == "-1"
        assert topic.config["retention.bytes"] == "-1"
        assert topic.config["cleanup.policy"] == "delete"
        assert topic.config["message.timestamp.type"] == "CreateTime"
        assert int(topic.config["max.message.bytes"]) > VALUE_BYTES_MAX
        assert all(isinstance(value, str) for value in topic.config.values())


def test_times_far_from_the_brokers_are_allowed() -> None:
    config = topics("640302")[0].config
    assert config["message.timestamp.before.max.ms"] == config["message.timestamp.after.max.ms"] == str(2**63 - 1)


@pytest.mark.parametrize(("replicas", "in_sync"), [(1, "1"), (3, "2")])
def test_in_sync_replicas_by_replication_factor(replicas: int, in_sync: str) -> None:
    for topic in topics("640302", replication_factor=replicas):
        assert topic.replication_factor == replicas
        assert topic.config["min.insync.replicas"] == in_sync


def test_a_replication_factor_that_is_not_in_the_data_is_refused() -> None:
    with pytest.raises(ValueError, match="replication factor 2"):
        topics("640302", replication_factor=2)


def test_a_topic_made_by_one_caller_is_not_changed_by_another() -> None:
    topics("640302")[0].config.clear()
    assert all(topic.config for topic in topics("640302"))


def test_names() -> None:
    assert topic_name("640302", "relief") == "unionaid.640302.relief"
    assert source("640302", "relief") == "/unionaid/640302/relief"


@pytest.mark.parametrize("division", ["", "6403", "6403021", "64030x", "640302\n", "../640302", "６４０３０２"])
@pytest.mark.parametrize("use", [topics, lambda code: topic_name(code, "relief"), lambda code: source(code, "relief")])
def test_a_division_is_a_six_digit_code(division: str, use: Callable[[str], object]) -> None:
    with pytest.raises(ValueError, match="six-digit"):
        use(division)
