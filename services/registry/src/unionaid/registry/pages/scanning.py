"""The scan for pairs, asked for on a page: step by step, as many as fit into the time of a request."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from unionaid.registry.bodies.duplicates import Scan
from unionaid.service.idempotency import command_of
from unionaid.service.problems import Problem
from unionaid.vault import BLOCKS

if TYPE_CHECKING:
    from unionaid.registry.application.duplicates import Duplicates
    from unionaid.service.deciding import Done, Issued
    from unionaid.service.forms import Form

SCAN_S = 5.0
"""Seconds after which a page is answered; the step that runs is finished before."""
COUNT_CHARS_MAX = 12


@dataclass(frozen=True, slots=True)
class Scanning:
    """How far a scan has come: pairs found, pairs compared, blocks passed over; `next` is None at its end."""

    found: int = 0
    compared: int = 0
    passed_over: int = 0
    next: Scan | None = None

    @property
    def part(self) -> int:
        """Which of the `parts` is next, from 1."""
        return BLOCKS.index(self.next.kind) + 1 if self.next else self.parts

    @property
    def parts(self) -> int:
        """How many kinds of blocks there are."""
        return len(BLOCKS)


class _Step(msgspec.Struct):
    found: int
    compared: int
    passed_over: int
    next: dict[str, str | None] | None


_step = msgspec.json.Decoder(_Step).decode


async def scanned(form: Form, duplicates: Duplicates) -> Scanning:
    """Scan from where a form says, for `SCAN_S` seconds or to the end.

    Raises:
        Problem: 422 for a place that no answer named; else what a command raises.
    """
    so_far = _told(form)
    until, steps = time.monotonic() + SCAN_S, 0
    while so_far.next is not None and (steps == 0 or time.monotonic() < until):
        place, steps = so_far.next, steps + 1

        async def act(issued: Issued, place: Scan = place) -> Done:
            return await duplicates.scan(issued, place.kind, None if place.after is None else int(place.after))

        command = await command_of(form.request, form.actor, f"{form.text('key')}-{steps}")
        answered = _step(bytes((await command.run(act)).body))
        so_far = Scanning(
            so_far.found + answered.found,
            so_far.compared + answered.compared,
            so_far.passed_over + answered.passed_over,
            Scan.model_validate(answered.next) if answered.next is not None else None,
        )
    return so_far


def _told(form: Form) -> Scanning:
    counts = [form.text(name) or "0" for name in ("found", "compared", "passed_over")]
    if not all(count.isdecimal() and len(count) <= COUNT_CHARS_MAX for count in counts):
        raise Problem.of_input("form", "not-whole-number")
    try:
        place = Scan.model_validate({name: form.text(name) for name in ("kind", "after") if form.text(name)})
    except ValueError:
        raise Problem.of_input("kind", "not-one-of") from None
    found, compared, passed_over = map(int, counts)
    return Scanning(found, compared, passed_over, place)
