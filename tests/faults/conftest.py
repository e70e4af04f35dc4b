from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from unionaid.testkit.faults import CounterService, counter_services
from unionaid.testkit.stack import Kafka, Postgres


@pytest.fixture
async def counter_service(postgres: Postgres, kafka: Kafka, tmp_path: Path) -> AsyncIterator[CounterService]:
    async with counter_services(postgres, kafka, tmp_path) as service:
        yield service
