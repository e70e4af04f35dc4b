from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from unionaid.testkit.log import Database, new_database
from unionaid.testkit.stack import Kafka, Postgres


@pytest.fixture
async def database(postgres: Postgres) -> AsyncIterator[Database]:
    async with new_database(postgres) as made:
        yield made


@pytest.fixture
async def topic(kafka: Kafka) -> str:
    return await kafka.create_topic(f"unionaid.test.{uuid4().hex[:8]}")
