"""Workers of imported files: one union, the enterprise of the file or of the row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast
from uuid import UUID, uuid4

from unionaid.contracts import Event, stream_name
from unionaid.eventlog import Connection, holders
from unionaid.registry.application.holding import hold_open
from unionaid.registry.application.importing import About, Asker, Entering, Judged, faults_of_cells, faulty
from unionaid.registry.application.placing import lineage_in, place_of_file
from unionaid.registry.application.reaching import reached
from unionaid.registry.domain.enterprise.uscc import read_uscc
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.accounts import ACCOUNT_FIELDS
from unionaid.registry.domain.person.importing import (
    Entry,
    ReadWorker,
    TypedWorker,
    enter_workers,
    other_name,
    read_workers,
    registered_before,
)
from unionaid.registry.domain.person.rules import Entrant
from unionaid.registry.domain.refusals import Fault, Refusal, UnitUnknown
from unionaid.registry.domain.rows import row_fault_of
from unionaid.registry.forgetting import RESIDENT_ID, RESIDENT_ID_KIND
from unionaid.registry.identities import reference_of, reserved, warnings_of
from unionaid.registry.views import units
from unionaid.registry.views.units import Pool, lineage
from unionaid.service.deciding import History
from unionaid.sheets import Row
from unionaid.vault import Vault


class ImportedWorkers:
    """See `importing.Matter`."""

    def __init__(self, pool: Pool, vault: Vault) -> None:
        self._pool, self._vault = pool, vault

    async def judge(self, about: About, rows: Sequence[Row], asker: Asker, today: date) -> Judged:
        """Say which rows can be entered. Raises UnitUnknown."""
        await place_of_file(self._pool, about.union_org_id, about.enterprise_id, asker.jurisdiction)
        enterprises, unknown = await self._enterprises(rows)
        read = read_workers([_typed(row, about, enterprises, unknown) for row in rows], today)
        known, taken = await self._registered([*read.good, *read.old], asker.jurisdiction)
        passed = {*known, *(fault.params["row"] for fault in taken)}
        good = {worker.number: worker for worker in read.good if worker.number not in passed}
        old = {worker.number: worker for worker in read.old if worker.number not in passed}
        of_known = [fault for fault in read.faults if fault.params["row"] not in known]
        return Judged(
            sorted(good),
            sorted(known),
            sorted(old),
            [*faults_of_cells(rows), *unknown.values(), *of_known, *taken],
            [
                (worker.number, warning["field"], warning["code"])
                for worker in good.values()
                for warning in warnings_of(worker.identity.resident_id)
            ],
            {**good, **old},
        )

    async def entering(
        self, import_id: UUID, about: About, rows: Sequence[ReadWorker], asker: Asker, today: date
    ) -> Entering:
        """Return what enters these rows, identity into the vault."""
        del today
        async with self._pool.acquire() as conn:
            above = [stream_name("union", org_id) for org_id in await lineage(conn, cast("UUID", about.union_org_id))]
        ids = {worker.number: uuid4() for worker in rows}
        if not rows:
            return Entering(above, lambda _: [], list)
        sealed = self._vault.seal({ids[worker.number]: worker.vault_fields() for worker in rows})
        entries = [
            Entry(
                Entrant(
                    ids[worker.number],
                    reference_of(sealed.references[ids[worker.number]]),
                    worker.identity.resident_id,
                    worker.migrant,
                ),
                worker.enterprise_id,
                worker.on,
                worker.account is not None,
            )
            for worker in rows
        ]

        def decide(history: History) -> list[Event]:
            unions = lineage_in(history, above)
            return enter_workers(unions, asker.jurisdiction, import_id, entries)

        async def put(conn: Connection) -> None:
            await self._vault.put(conn, sealed)
            await hold_open(conn, [cast("UUID", about.union_org_id)])

        return Entering(
            above,
            decide,
            lambda: [{"row": number, "person_id": person_id} for number, person_id in ids.items()],
            [
                reserved(self._vault, stream_name("person", ids[worker.number]), worker.identity.resident_id)
                for worker in rows
            ],
            also=put,
        )

    async def _enterprises(self, rows: Sequence[Row]) -> tuple[Mapping[str, UUID], Mapping[int, Fault]]:
        """Return the enterprises that rows name by their codes as written, and the faults of those that name none."""
        written = {row.number: str(row.values.get("uscc") or "").strip() for row in rows}
        codes: dict[str, str] = {}
        faults: dict[int, Fault] = {}
        for number, code in written.items():
            try:
                if code and code not in codes:
                    codes[code] = read_uscc(code)
            except Refusal as refusal:
                faults[number] = row_fault_of(number, refusal)
        found = await units.enterprises_by_code(self._pool, list(codes.values()))
        for number, code in written.items():
            if code in codes and codes[code] not in found:
                faults[number] = row_fault_of(number, UnitUnknown(field="uscc"))
        return {code: found[read] for code, read in codes.items() if read in found}, faults

    async def _registered(
        self, workers: Sequence[ReadWorker], jurisdiction: Jurisdiction
    ) -> tuple[set[int], list[Fault]]:
        """Return the rows whose people are registered within reach, and the faults of those who are elsewhere."""
        keys = {
            worker.number: self._vault.blind(RESIDENT_ID_KIND, worker.identity.resident_id.number) for worker in workers
        }
        async with self._pool.acquire() as conn:
            held = await holders(conn, RESIDENT_ID, list(keys.values()))
            names = {worker.identity.name for worker in workers if keys[worker.number] in held}
            named = await self._vault.match(conn, "name", names) if names else {}
        persons = {row: UUID(held[key].partition("-")[2]) for row, key in keys.items() if key in held}
        within = set(await reached(self._pool, list(persons.values()), jurisdiction)) if persons else set()
        known: set[int] = set()
        faults = []
        for worker in workers:
            person_id = persons.get(worker.number)
            if person_id is None:
                continue
            if person_id not in within:
                faults.append(registered_before(worker.number))
            elif person_id not in named.get(worker.identity.name, ()):
                faults.append(other_name(worker.number))
            else:
                known.add(worker.number)
        return known, faults


def _typed(row: Row, about: About, enterprises: Mapping[str, UUID], unknown: Mapping[int, Fault]) -> TypedWorker:
    code = str(row.values.get("uscc") or "").strip()
    more = {"uscc"} if row.number in unknown else set()
    return TypedWorker(
        row.number,
        str(row.values.get("name") or ""),
        str(row.values.get("resident_id") or ""),
        str(row.values.get("phone") or ""),
        bool(row.values.get("migrant")),
        enterprises.get(code) if code else about.enterprise_id,
        cast("date | None", row.values.get("occurred_on")) or about.on,
        faulty(row) | more,
        *(str(row.values.get(name) or "") for name in ACCOUNT_FIELDS),
    )
