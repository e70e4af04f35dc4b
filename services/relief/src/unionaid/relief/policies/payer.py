"""Whose account batches are paid from, from which day on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib.resources.abc import Traversable

from unionaid.payments import Payer
from unionaid.service.policies import PolicyRefused, Version, Versions, read_policy

PayerOn = Callable[[date], Payer]
"""Who pays on a day."""


class _Version(Version):
    name: str
    account: str
    bank_code: str
    bank_name: str


class _File(Versions[_Version]):
    pass


def read_payer(file: Traversable) -> PayerOn:
    """Read the file.

    Raises:
        PolicyRefused: it is malformed. The function returned raises it for a day before the first version.
    """
    versions = read_policy(_File, file).in_order

    def payer_on(day: date) -> Payer:
        held = [version for version in versions if version.in_force_from <= day]
        if not held:
            raise PolicyRefused(f"{file.name}: no payer on {day}")
        return Payer(held[-1].name, held[-1].account, held[-1].bank_code, held[-1].bank_name)

    return payer_on
