"""A file sent, looked through and entered over HTTP: what the tests of imports begin with."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from unionaid.registry.examples import resident_id
from unionaid.service.roles import Role

from .conftest import ON, Office

if TYPE_CHECKING:
    import httpx

    from .conftest import Units


def number(n: int) -> str:
    """The n-th of many valid numbers."""
    return resident_id(n % 1000, date(1970, 1, 1) + timedelta(days=n // 1000))


async def send(
    office: Office,
    units: Units | None,
    content: bytes,
    *roles: Role,
    table: str = "workers",
    unit: str | None = None,
    language: str = "en",
    **given: str,
) -> httpx.Response:
    """Send a file as a district officer, or as who else is named."""
    token = office.issuer.token(roles or (Role.DISTRICT_OFFICER,), unit)
    about = {"occurred_on": ON, **({"union_org_id": units.factory_union} if units else {}), **given}
    return await office.client.post(
        f"/imports/{table}",
        data=about,
        files={"file": ("花名册.xlsx", content)},
        headers={"Authorization": f"Bearer {token}", "Accept-Language": language},
    )


async def entered(office: Office, sent: httpx.Response, *roles: Role, **more: Any) -> httpx.Response:
    """Enter as many rows as were shown to be good."""
    body = {"rows": sent.json()["good"], **more}
    unit = more.pop("unit", None)
    body.pop("unit", None)
    return await office.post(f"/imports/{sent.json()['import_id']}/entry", body, *roles, unit=unit)


def faults(sent: httpx.Response) -> list[tuple[int, str | None, str]]:
    return [(fault["row"], fault["column"], fault["code"]) for fault in sent.json()["faults"]]
