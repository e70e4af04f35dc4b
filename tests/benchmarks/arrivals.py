"""Commands that arrive at fixed times, whether or not those before them are answered."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from .serving import CREATED, Wire

WIRES_MAX = 256
"""Connections at most; a command that arrives when all are taken waits, and its wait counts."""
ANSWER_S_MAX = 60.0
"""Seconds after which a command counts as not answered."""
HEAD_START_S = 0.05
"""Seconds before the first command."""


@dataclass(slots=True)
class Arrival:
    """One command: when it was due, when and how it was answered. Seconds of `time.perf_counter`."""

    due: float
    answered: float = math.inf
    status: int = 0
    body: bytes = b""

    @property
    def accepted(self) -> bool:
        """Whether it was carried out."""
        return self.status == CREATED


async def arrive(port: int, requests: Sequence[bytes], rate: float, arrivals: list[Arrival]) -> None:
    """Send one request each 1/`rate` seconds; return when all are answered, `arrivals` holding each as it is sent.

    A late generator counts against the service: what was due is measured from then on, not from when it was sent.
    """
    idle: list[Wire] = []
    free = asyncio.Semaphore(WIRES_MAX)
    begin = time.perf_counter() + HEAD_START_S

    async def carry(arrival: Arrival, request: bytes) -> None:
        async with free:
            while idle and idle[-1].ended:
                idle.pop().close()
            wire = idle.pop() if idle else await Wire.to(port)
            try:
                async with asyncio.timeout(ANSWER_S_MAX):
                    arrival.status, arrival.body = await wire.ask(request)
            except (OSError, TimeoutError):
                wire.close()
                return
            arrival.answered = time.perf_counter()
            idle.append(wire)

    try:
        async with asyncio.TaskGroup() as tasks:
            for number, request in enumerate(requests):
                due = begin + number / rate
                if (early := due - time.perf_counter()) > 0:
                    await asyncio.sleep(early)
                arrivals.append(Arrival(due))
                tasks.create_task(carry(arrivals[-1], request))
    finally:
        for wire in idle:
            wire.close()
