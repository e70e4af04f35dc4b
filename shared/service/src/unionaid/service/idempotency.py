"""Commands: the same request twice changes nothing the second time, and gets the same answer.

`Idempotency-Key` is scoped to actor and route. What is kept is an HMAC of the key, an HMAC of the request,
and the answer, which holds no identity. On the way that goes well nothing is looked up: the unique key of the
append tells. Before anything but success is answered, the kept answer is looked for.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from fastapi import Depends
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from unionaid.eventlog import (
    IdempotencyRow,
    KeyReplayed,
    KeyReused,
    LogRefusal,
    forget_answers,
    keep_answer,
    replayed,
)
from unionaid.service.access import Right
from unionaid.service.deciding import Done, Issued
from unionaid.service.languages import choose
from unionaid.service.limits import FORGET_PAUSE_S, IDEMPOTENCY_KEY_CHARS_MAX, POOL_WAIT_S
from unionaid.service.problems import MEDIA_TYPE, Problem
from unionaid.service.refusals import Refusal, VersionMoved
from unionaid.service.roles import Actor, Role

if TYPE_CHECKING:
    import asyncpg

    from unionaid.service.app import Shell

_KEY = re.compile(rf"[\x20-\x7e]{{1,{IDEMPOTENCY_KEY_CHARS_MAX}}}")
_ETAG = re.compile(r'"(0|[1-9][0-9]{0,9})"')
REPLAYED = {"Idempotency-Replayed": "true"}


def answer(body: Mapping[str, Any], *, location: str | None = None, version: int | None = None) -> bytes:
    """Return the answer of a `Decision`: kept under the key, so it holds no identity.

    `body` is encoded as JSON (UUIDs, dates and enums as text). `version`, the stream's after the command,
    becomes the ETag.
    """
    headers = {}
    if location is not None:
        headers["Location"] = location
    if version is not None:
        headers["ETag"] = f'"{version}"'
    return _kept("application/json", headers, msgspec.json.encode(body))


class CommandKeys:
    """Makes the keyed hashes of commands from the service's secret."""

    def __init__(self, secret: bytes) -> None:
        self._key_secret = hmac.digest(secret, b"unionaid idempotency key", "sha256")
        self._body_secret = hmac.digest(secret, b"unionaid idempotency body", "sha256")

    def of_request(self, actor: str, route: str, key: str) -> bytes:
        """Return the command id of a request: 32 bytes. `route` is method and path template."""
        return hmac.digest(self._key_secret, f"request\0{actor}\0{route}\0{key}".encode(), "sha256")

    def of_event(self, subscription: str, event_id: str) -> bytes:
        """Return the command id of what a subscription does about an event: 32 bytes."""
        return hmac.digest(self._key_secret, f"event\0{subscription}\0{event_id}".encode(), "sha256")

    def body(self, canonical: bytes) -> bytes:
        """Return the HMAC of a request's canonical form: 32 bytes."""
        return hmac.digest(self._body_secret, canonical, "sha256")


@dataclass(frozen=True, slots=True)
class Command:
    """One command as an endpoint receives it. `run` carries it out."""

    shell: Shell
    request: Request
    actor: Actor
    id: bytes
    """The command id: 32 bytes, the key of the idempotency row and the events' `commandid`."""
    body_hash: bytes
    if_match: int | None
    """The stream version the caller last read, None if it did not say."""

    def expect(self, version: int) -> None:
        """Refuse the command if the caller has read another version of the stream.

        Raises:
            VersionMoved: `If-Match` names another version than `version`.
        """
        if self.if_match is not None and self.if_match != version:
            raise VersionMoved

    def issued(self, *, correlation_id: UUID | None = None, causation_id: UUID | None = None) -> Issued:
        """Return who commands, when by the service's clock, and under which key: for `carry_out`."""
        clock = self.shell.clock
        return Issued(
            source=self.shell.source,
            actor=self.actor.id,
            command_id=self.id,
            body=self.body_hash,
            time=clock.now(),
            business_date=clock.business_date(),
            correlation_id=correlation_id,
            causation_id=causation_id,
            traceparent=self.request.scope["unionaid.trace"].parent,
            simulated=clock.simulated,
        )

    async def run(self, act: Callable[[Issued], Awaitable[Done]]) -> Response:
        """Carry the command out and return what to answer.

        `act` decides and appends under the key of what it is given: `carry_out`. A `Refusal` it raises is
        kept under the key and told.

        Raises:
            Problem: what is of the moment, or not to be kept: 401, 403, 412, 5xx.
        """
        try:
            done = await act(self.issued())
        except KeyReplayed as known:
            return _replay(known)
        except (Refusal, LogRefusal) as refusal:
            return await self._refused(refusal)
        self.shell.appended()
        return _response(done.status, done.answer)

    async def _refused(self, refusal: Refusal | LogRefusal) -> Response:
        """Tell a refusal, unless the command was carried out before: then tell what was answered then."""
        problem = self.shell.problem_of(refusal)
        language = choose(self.request.headers.get("accept-language"))
        headers = {"Content-Language": language.value, "Vary": "Accept-Language"}
        kept = _kept(MEDIA_TYPE, headers, problem.document(self.shell.catalogue, language))
        try:
            async with self.shell.pool.acquire(timeout=POOL_WAIT_S) as conn:
                if problem.status_code in _NOT_KEPT:
                    await replayed(conn, self.id, self.body_hash)
                    raise problem
                row = IdempotencyRow(self.id, self.body_hash, problem.status_code, kept)
                await keep_answer(conn, row)
        except KeyReplayed as known:
            return _replay(known)
        except KeyReused as reused:
            raise Problem(422, reused.code) from None
        return _response(problem.status_code, kept)


_NOT_KEPT = frozenset({401, 403, 412, 429, 500, 503})
"""Statuses of the moment: the caller's rights, the version it has read, or our state may change."""


class CommandRight(Right):
    """For what changes something: an `Idempotency-Key` is required."""

    methods = frozenset({"POST", "PUT", "PATCH", "DELETE"})

    async def claim(self, request: Request) -> Actor:
        """As `Right.claim`; the key is checked before the body is read too."""
        actor = await super().claim(request)
        _key_of(request.headers.get("idempotency-key"))
        return actor

    async def __call__(self, request: Request) -> Command:
        """Give the endpoint its command."""
        return await command_of(request, await self.claim(request), request.headers.get("idempotency-key"))


async def command_of(request: Request, actor: Actor, key: str | None) -> Command:
    """Return the command that a request gives under `key`.

    Raises:
        Problem: 400, the key or `If-Match` is missing or malformed.
    """
    shell: Shell = request.app.state.shell
    scope = request.scope
    command_id = shell.command_keys.of_request(actor.id, f"{scope['method']} {scope['route'].path}", _key_of(key))
    address = f"{scope['path']}?".encode() + scope["query_string"] + b"\0"
    body_hash = shell.command_keys.body(address + await _canonical(request))
    return Command(shell, request, actor, command_id, body_hash, _if_match(request))


def commands(*roles: Role) -> Any:
    """Declare who may give a command; the parameter is the `Command`."""
    return Depends(CommandRight(roles), use_cache=False)


async def forget_old_answers(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    """Delete answers kept long enough, again and again, until cancelled. Waits first: the pool opens with the app."""
    while True:
        await asyncio.sleep(FORGET_PAUSE_S)
        async with pool.acquire(timeout=POOL_WAIT_S) as conn:
            await forget_answers(conn)


def _key_of(key: str | None) -> str:
    if key is None:
        raise Problem(400, "idempotency-key-missing")
    if not _KEY.fullmatch(key):
        raise Problem(400, "idempotency-key-malformed", params={"limit": IDEMPOTENCY_KEY_CHARS_MAX})
    return key


def _if_match(request: Request) -> int | None:
    given = request.headers.get("if-match")
    if given is None:
        return None
    etag = _ETAG.fullmatch(given.strip())
    if etag is None:
        raise Problem(400, "if-match-malformed")
    return int(etag[1])


async def _canonical(request: Request) -> bytes:
    """Return one form for all ways to write the same: order of names and blanks in JSON, borders of parts."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media.endswith("json"):
        return msgspec.json.encode(await request.json(), order="sorted") if await request.body() else b""
    if media in ("multipart/form-data", "application/x-www-form-urlencoded"):
        parts = [(name, await _part(value)) for name, value in (await request.form()).multi_items()]
        return msgspec.json.encode(parts)
    return await request.body()


async def _part(value: UploadFile | str) -> str:
    if isinstance(value, str):
        return value
    digest = hashlib.sha256()
    while chunk := await value.read(1 << 16):
        digest.update(chunk)
    await value.seek(0)
    return f"{value.filename}\0{digest.hexdigest()}"


def _kept(media_type: str, headers: Mapping[str, str], body: bytes) -> bytes:
    return msgspec.json.encode({"Content-Type": media_type, **headers}) + b"\n" + body


def _replay(known: KeyReplayed) -> Response:
    if known.status is None or known.answer is None:  # restored from the topic, which knows no answers
        return Response(b'{"answer":"not-kept"}', 200, REPLAYED, "application/json")
    return _response(known.status, known.answer, REPLAYED)


def _response(status: int, kept: bytes, more: Mapping[str, str] | None = None) -> Response:
    headers, border, body = kept.partition(b"\n")
    if not border:  # compact JSON alone
        return Response(kept, status, more, "application/json")
    return Response(body, status, {**msgspec.json.decode(headers, type=dict[str, str]), **(more or {})})
