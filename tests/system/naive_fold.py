"""Count relief from the topic itself, without a line of the product: aiokafka and json are all it knows.

    python tests/system/naive_fold.py --bootstrap localhost:9092 --topic unionaid.640302.relief \
        --kind WINTER_WARMTH --from 2017-01-01 --to 2017-12-31
    python tests/system/naive_fold.py --file copy.jsonl --kind WINTER_WARMTH --from 2017-01-01 --to 2017-12-31
    python tests/system/naive_fold.py --bootstrap … --topic … --copy copy.jsonl      writes the copy, one value a line

What it prints must equal what reporting says, and with one amount changed (`--change-one`) it must not.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition

PAID = "unionaid.relief.ReliefPaid.v1"
REVERSED = "unionaid.relief.PaymentReversed.v1"


@dataclass(frozen=True)
class Figures:
    """People are distinct persons, times are payments; the hash is over the sorted ids, joined by line ends."""

    people: int
    times: int
    amount_fen: int
    events: int
    sha256: str


async def read_topic(bootstrap: str, topic: str) -> list[bytes]:
    """Return the committed values of a topic of one partition, from the first to the last there is now."""
    partition = TopicPartition(topic, 0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    await consumer.start()
    try:
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        values: list[bytes] = []
        while await consumer.position(partition) < end:  # the position passes over transaction markers
            for records in (await consumer.getmany(partition, timeout_ms=500)).values():
                values += [record.value for record in records if record.value is not None and record.offset < end]
        return values
    finally:
        await consumer.stop()


def fold(values: Iterable[bytes], kind: str, since: str, until: str) -> Figures:
    """Count what was paid, less what came back, for programmes of a kind from `since` to `until`, both included."""
    left: Counter[str] = Counter()
    ids: list[str] = []
    amount_fen = 0
    for value in values:
        event = json.loads(value)
        data = event["data"]
        sign = {PAID: 1, REVERSED: -1}.get(event["type"])
        if sign and data["programme_kind"] == kind and since <= data["occurred_on"] <= until:
            left[data["person_id"]] += sign
            ids.append(event["id"])
            amount_fen += sign * data["amount_fen"]
    digest = hashlib.sha256("\n".join(sorted(ids)).encode("ascii")).hexdigest()
    people = sum(times > 0 for times in left.values())
    return Figures(people, left.total(), amount_fen, len(ids), digest)


def with_one_amount_changed(values: Iterable[bytes]) -> list[bytes]:
    """Return a copy in which the last payment is one fen more: what a forger would want not to be seen.

    Raises ValueError where there is no payment.
    """
    copy = list(values)
    for number in range(len(copy) - 1, -1, -1):
        event = json.loads(copy[number])
        if event["type"] == PAID:
            event["data"]["amount_fen"] += 1
            copy[number] = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
            return copy
    raise ValueError("there is no payment to change")


def write_copy(path: Path, values: Iterable[bytes]) -> None:
    """Write values as JSON Lines."""
    path.write_bytes(b"".join(value + b"\n" for value in values))


def read_copy(path: Path) -> list[bytes]:
    """Read values from JSON Lines."""
    return path.read_bytes().splitlines()


def main() -> None:
    """Print the figures as JSON, or write a copy."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bootstrap", help="host:port of Kafka")
    parser.add_argument("--topic")
    parser.add_argument("--file", type=Path, help="a copy to read in place of a topic")
    parser.add_argument("--copy", type=Path, help="write the topic there and end")
    parser.add_argument("--change-one", action="store_true", help="make the last payment one fen more")
    parser.add_argument("--kind", default="WINTER_WARMTH")
    parser.add_argument("--from", dest="since", default="0001-01-01")
    parser.add_argument("--to", dest="until", default="9999-12-31")
    chosen = parser.parse_args()
    if chosen.file:
        values = read_copy(chosen.file)
    elif chosen.bootstrap and chosen.topic:
        values = asyncio.run(read_topic(chosen.bootstrap, chosen.topic))
    else:
        parser.error("give --bootstrap and --topic, or --file")
    if chosen.change_one:
        values = with_one_amount_changed(values)
    if chosen.copy:
        write_copy(chosen.copy, values)
        return
    json.dump(asdict(fold(values, chosen.kind, chosen.since, chosen.until)), sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
