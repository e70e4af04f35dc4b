"""What registry counts for its operators. Numbers alone: whose ID it was is nobody's to see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter

from unionaid.registry.domain.refusals import ResidentIdTaken, RowsRefused


class Figures:
    """Refused duplicates and matched values."""

    def __init__(self) -> None:
        self._duplicates = Counter(
            "unionaid_registry_duplicate_ids_refused",
            "Registrations refused because a person with the ID is registered",
            registry=None,
        )
        self._searched = Counter(
            "unionaid_registry_searches", "Searches for people; what they find is opened separately", registry=None
        )
        self._matched = Counter("unionaid_registry_values_matched", "ID numbers that were looked up", registry=None)

    def show_in(self, registry: CollectorRegistry) -> None:
        """Show the figures at `/metrics`."""
        registry.register(self._duplicates)
        registry.register(self._matched)
        registry.register(self._searched)

    def matched(self, values: int) -> None:
        """Count looked-up values."""
        self._matched.inc(values)

    def searched(self) -> None:
        """Count a search."""
        self._searched.inc()

    @contextmanager
    def counting_duplicates(self) -> Iterator[None]:
        """Count what is refused inside for an ID that is registered."""
        try:
            yield
        except ResidentIdTaken:
            self._duplicates.inc()
            raise
        except RowsRefused as refusal:
            self._duplicates.inc(sum(fault.code == ResidentIdTaken.code for fault in refusal.faults))
            raise
