"""What reporting's tables must hold, computed from the published values one by one, by code of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

Row = tuple[Any, ...]
Tables = Mapping[str, Sequence[Row]]

_PROVENANCE = ("topic", "index", "logtime")
_COLUMNS = {
    "relief_payment": (
        *_PROVENANCE, "event_id", "occurred_on", "programme_id", "programme_kind", "programme_year", "person_id",
        "union_org_id", "list_id", "method", "amount_fen",
    ),
    "payment_part": ("topic", "index", "fund_id", "amount_fen"),
    "relief_daily": ("programme_id", "kind", "occurred_on", "union_org_id", "method", "first_index", "times", "fen"),
    "programme": (
        *_PROVENANCE, "programme_id", "kind", "year", "name", "window_from", "window_to", "policy_version",
    ),
    "fund": (*_PROVENANCE, "fund_id", "source", "name"),
    "union_org": (*_PROVENANCE, "org_id", "level", "parent_id", "name"),
    "enterprise": (*_PROVENANCE, "enterprise_id", "ownership", "union_org_id", "holds_from"),
    "person": (*_PROVENANCE, "person_id", "birth_year", "sex"),
    "title_scheme": (*_PROVENANCE, "event_id", "occurred_on", "scheme_id", "enterprise_id"),
    "worker": (*_PROVENANCE, "person_id", "union_org_id", "enterprise_id", "migrant", "holds_from"),
}  # fmt: skip
_TABLE_OF = {
    "unionaid.relief.ProgrammeOpened.v1": "programme",
    "unionaid.relief.FundOpened.v1": "fund",
    "unionaid.registry.UnionOrgEstablished.v1": "union_org",
    "unionaid.registry.EnterpriseRegistered.v2": "enterprise",
    "unionaid.registry.PersonRegistered.v1": "person",
    "unionaid.registry.WorkerRegistered.v1": "worker",
    "unionaid.registry.TitleSchemeAdopted.v1": "title_scheme",
    "unionaid.relief.ReliefPaid.v1": "relief_payment",
}
_DATES = {"occurred_on", "window_from", "window_to", "holds_from"}


def columns(table: str) -> Sequence[str]:
    """Return the columns that are compared: all of them."""
    return _COLUMNS[table]


def _told(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name.endswith("_id"):
        return UUID(value)
    return date.fromisoformat(value) if name in _DATES else value


def expected_tables(logs: Mapping[str, Sequence[bytes]]) -> Tables:
    """Replay the logs, one event after the other."""
    tables: dict[str, list[Row]] = {name: [] for name in _COLUMNS}
    daily: dict[Row, list[int]] = {}
    for topic, values in logs.items():
        for value in values:
            event = json.loads(value)
            table = _TABLE_OF.get(event["type"])
            if table is None:
                continue
            index, data = int(event["logindex"]), event["data"]
            own = {"topic": topic, "index": index, "logtime": datetime.fromisoformat(event["logtime"])}
            known = {"event_id": event["id"], "holds_from": data["occurred_on"], **data}
            tables[table].append(
                tuple(own[name] if name in own else _told(name, known.get(name)) for name in _COLUMNS[table])
            )
            if table == "relief_payment":
                tables["payment_part"] += [(topic, index, UUID(p["fund_id"]), p["amount_fen"]) for p in data["parts"]]
                day = (
                    UUID(data["programme_id"]), data["programme_kind"], date.fromisoformat(data["occurred_on"]),
                    UUID(data["union_org_id"]), data["method"],
                )  # fmt: skip
                sums = daily.setdefault(day, [index, 0, 0])
                sums[1] += 1
                sums[2] += data["amount_fen"]
    tables["relief_daily"] = [(*key, *sums) for key, sums in daily.items()]
    return tables
