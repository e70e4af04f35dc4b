from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from unionaid.testkit.demo import Demo, empty_stack
from unionaid.testkit.plugin import Lend

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext


@pytest.fixture(scope="session")
def screens(lend: Lend) -> Demo:
    """A whole stack for all who look at screens; each with unions and people of its own (`tests.system.office`)."""
    return lend("screens", empty_stack("screens-test"))


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[BrowserContext]:
    """A Chromium that has never been used."""
    from tests.system.browsing import chromium  # noqa: PLC0415  not every machine has a driver for it

    with chromium(tmp_path / "profile") as context:
        yield context
