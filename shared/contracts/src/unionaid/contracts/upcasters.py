"""From an older version of an event's data to the next, so that every event ever written can be read.

An upcaster takes the data of version n as a dict and returns that of n+1; it reads no clock, no file and no
other event, and raises ValueError for what it cannot carry over. Ids, dates and sums pass through untouched.
"""

from collections.abc import Callable
from typing import Any

from unionaid.contracts.event import Service

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

_OWNERSHIP_OF_NATURE = {
    "public": ("國有", "国有", "國有獨資", "国有独资", "國有控股", "国有控股", "集體", "集体"),
    "non_public": (
        *("民營", "民营", "私營", "私营", "個體", "个体", "外資", "外资"),
        *("中外合資", "中外合资", "港澳台", "港澳臺", "股份合作", "混合所有"),
    ),
    "institution": ("事業單位", "事业单位", "機關", "机关", "社會團體", "社会团体"),
}
_OWNERSHIP = {nature: ownership for ownership, natures in _OWNERSHIP_OF_NATURE.items() for nature in natures}


def _enterprise_registered_v1(data: dict[str, Any]) -> dict[str, Any]:
    """`nature` was free text in the words of the business licence; `ownership` is what coverage counts by."""
    nature = data.get("nature")
    if not isinstance(nature, str) or nature not in _OWNERSHIP:
        raise ValueError("nature is none of the known ones")
    kept = {name: value for name, value in data.items() if name != "nature"}
    return {**kept, "ownership": _OWNERSHIP[nature]}


UPCASTERS: dict[tuple[Service, str, int], Upcaster] = {
    ("registry", "EnterpriseRegistered", 1): _enterprise_registered_v1,
}
"""(service, event name, version read) -> upcaster to the next version."""


def upcast(service: Service, name: str, version: int, newest: int, data: dict[str, Any]) -> dict[str, Any]:
    """The data as the `newest` version has it. Raises ValueError where a step cannot be made."""
    for step in range(version, newest):
        data = UPCASTERS[service, name, step](data)
    return data
