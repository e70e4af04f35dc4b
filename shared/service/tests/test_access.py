"""Who may do what: tokens, roles, and routes that forgot to ask."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import pytest
from fastapi import APIRouter
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from unionaid.service.access import look_up, require
from unionaid.service.idempotency import Command, commands
from unionaid.service.limits import JWKS_AGE_MAX_S, JWKS_FETCH_PAUSE_S, JWKS_STALE_MAX_S, TOKEN_LEEWAY_S
from unionaid.service.provider import ProviderAway
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router, RouteUnguarded, refuse_unguarded
from unionaid.service.tokens import IssuerKeys, IssuerUnreachable, TokenRefused, Verifier, read_key_set

if TYPE_CHECKING:
    from shared.service.tests.conftest import Trial

NOW = 1_800_000_000.0
ISSUER = "http://issuer.test"


def _key(kid: str = "first") -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"kid": kid})


def _key_set(*keys: Any) -> bytes:
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()


KEY = _key()


def _claims(**changed: object) -> dict[str, object]:
    claims = {"iss": ISSUER, "aud": "unionaid", "sub": f"person-{uuid4()}", "exp": NOW + 60, "roles": ["auditor"]}
    return {name: value for name, value in {**claims, **changed}.items() if value is not None}


def _token(key: Any = KEY, alg: str = "Ed25519", header: dict[str, object] | None = None, **changed: object) -> str:
    made = {"alg": alg, "kid": key.kid, **(header or {})}
    return jwt.encode({n: v for n, v in made.items() if v is not None}, _claims(**changed), key, algorithms=[alg])


def _verifier(*keys: Any, service: str = "relief") -> Verifier:
    async def fetch() -> bytes:
        return _key_set(*(keys or (KEY,)))

    return Verifier(ISSUER, service, IssuerKeys(fetch), seconds=lambda: NOW)


def _b64(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _swapped_payload() -> str:
    header, _, signature = _token().split(".")
    return f"{header}.{_b64(_claims(roles=['approver']))}.{signature}"


def _hmac_with_public_key() -> str:
    signed = f"{_b64({'alg': 'HS256', 'kid': 'first'})}.{_b64(_claims())}"
    x = KEY.as_dict(private=False)["x"]
    secret = base64.urlsafe_b64decode(str(x) + "=")
    mac = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


REFUSED: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "no token": lambda: "a.b.c",
    "two parts": lambda: "a.b",
    "not ASCII": lambda: "é",
    "endless": lambda: "a" * 10_000,
    "another's signature": lambda: _token(_key()),
    "payload swapped": _swapped_payload,
    "signature cut": lambda: _token()[:-4],
    "alg none": lambda: f"{_b64({'alg': 'none', 'kid': 'first'})}.{_b64(_claims())}.",
    "alg None": lambda: f"{_b64({'alg': 'None', 'kid': 'first'})}.{_b64(_claims())}.",
    "alg a list": lambda: f"{_b64({'alg': ['Ed25519'], 'kid': 'first'})}.{_b64(_claims())}.AA",
    "header a list": lambda: f"{_b64([])}.{_b64(_claims())}.AA",
    "HMAC with the public key": _hmac_with_public_key,
    "RS256 claimed for an Ed25519 key": lambda: _token(RSAKey.generate_key(2048, {"kid": "first"}), "RS256"),
    "ES256 claimed for an Ed25519 key": lambda: _token(ECKey.generate_key("P-256", {"kid": "first"}), "ES256"),
    "unknown key id": lambda: _token(_key("second")),
    "no key id": lambda: _token(header={"kid": None}),
    "critical header": lambda: f"{_b64({'alg': 'Ed25519', 'kid': 'first', 'crit': ['b64'], 'b64': False})}.e30.AA",
    "payload a list": lambda: jws.serialize_compact(
        {"alg": "Ed25519", "kid": "first"}, b"[]", KEY, algorithms=["Ed25519"]
    ),
    "payload no JSON": lambda: jws.serialize_compact(
        {"alg": "Ed25519", "kid": "first"}, b"{", KEY, algorithms=["Ed25519"]
    ),
    "payload deep": lambda: jws.serialize_compact(
        {"alg": "Ed25519", "kid": "first"}, b"[" * 3_000, KEY, algorithms=["Ed25519"]
    ),
    "iss missing": lambda: _token(iss=None),
    "iss another": lambda: _token(iss=ISSUER + "/"),
    "aud missing": lambda: _token(aud=None),
    "aud another service": lambda: _token(aud="registry"),
    "aud an object": lambda: _token(aud={"unionaid": 1}),
    "aud of officers for an agency": lambda: _token(sub="agency:civil-affairs"),
    "aud of officers for a service": lambda: _token(sub="service:registry"),
    "exp missing": lambda: _token(exp=None),
    "exp past": lambda: _token(exp=NOW - TOKEN_LEEWAY_S),
    "exp text": lambda: _token(exp=str(NOW + 60)),
    "exp true": lambda: _token(exp=True),
    "exp infinite": lambda: _token(exp=float("inf")),
    "exp no number": lambda: _token(exp=float("nan")),
    "nbf ahead": lambda: _token(nbf=NOW + TOKEN_LEEWAY_S + 1),
    "nbf text": lambda: _token(nbf="now"),
    "sub missing": lambda: _token(sub=None),
    "sub a name": lambda: _token(sub="王小明"),
    "sub with a line": lambda: _token(sub=f"person-{uuid4()}\n"),
    "sub a number": lambda: _token(sub=1),
    "roles text": lambda: _token(roles="auditor"),
    "unit no UUID": lambda: _token(unit="district"),
    "unit's name no text": lambda: _token(unit_name=7),
    "unit's name too long": lambda: _token(unit_name="会" * 201),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_bad_tokens_are_refused(what: str) -> None:
    with pytest.raises(TokenRefused):
        await _verifier().actor(REFUSED[what]())


async def test_a_good_token_says_who_acts() -> None:
    sub, unit = f"person-{uuid4()}", uuid4()
    token = _token(sub=sub, unit=str(unit), roles=["auditor", "approver", "owner of the world", 7])
    actor = await _verifier().actor(token)
    assert actor == Actor(sub, frozenset({Role.AUDITOR, Role.APPROVER}), unit)
    assert f"person-{actor.person_id}" == sub


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        (KEY, "Ed25519"),
        (KEY, "EdDSA"),
        (ECKey.generate_key("P-256", {"kid": "ec"}), "ES256"),
        (RSAKey.generate_key(2048, {"kid": "rsa"}), "RS256"),
    ],
)
async def test_algorithms(key: Any, alg: str) -> None:
    assert (await _verifier(key).actor(_token(key, alg))).roles == {Role.AUDITOR}


async def test_machines_have_the_audience_of_one_service() -> None:
    agency = await _verifier().actor(_token(sub="agency:civil-affairs", aud="relief", roles=["agency"]))
    service = await _verifier().actor(_token(sub="service:registry", aud=["relief"]))
    assert (agency.agency, service.service, agency.person_id) == ("civil-affairs", "registry", None)
    assert (await _verifier().actor(_token(aud=["x", "relief"]))).person_id is not None


async def test_the_edges_of_time() -> None:
    await _verifier().actor(_token(exp=NOW - TOKEN_LEEWAY_S + 1, nbf=NOW + TOKEN_LEEWAY_S))


class _Issuer:
    def __init__(self) -> None:
        self.keys: list[Any] = [KEY]
        self.fetched, self.away, self.now = 0, False, 0.0
        self.known = IssuerKeys(self.fetch, monotonic=lambda: self.now)

    async def fetch(self) -> bytes:
        self.fetched += 1
        if self.away:
            raise ProviderAway("away")
        return _key_set(*self.keys)


async def test_a_new_key_is_fetched_but_not_at_every_request() -> None:
    issuer, new = _Issuer(), _key("second")
    await issuer.known.key("first")
    await issuer.known.key("first")
    assert issuer.fetched == 1
    issuer.keys.append(new)
    for _ in range(50):
        with pytest.raises(TokenRefused):
            await issuer.known.key("second")
    assert issuer.fetched == 1, "not at once: ids can be made up"
    issuer.now += JWKS_FETCH_PAUSE_S
    assert (await issuer.known.key("second")).kid == "second"
    assert issuer.fetched == 2


async def test_known_keys_are_trusted_for_a_while_when_the_issuer_is_away() -> None:
    issuer = _Issuer()
    await issuer.known.key("first")
    issuer.away = True
    issuer.now += JWKS_AGE_MAX_S + 1
    assert (await issuer.known.key("first")).kid == "first"
    issuer.now = JWKS_STALE_MAX_S + 1
    with pytest.raises(IssuerUnreachable):
        await issuer.known.key("first")


async def test_a_withdrawn_key_is_forgotten() -> None:
    issuer = _Issuer()
    await issuer.known.key("first")
    issuer.keys = [_key("second")]
    issuer.now += JWKS_AGE_MAX_S + 1
    await issuer.known.key("first")
    assert issuer.known._refreshing is not None
    await issuer.known._refreshing
    with pytest.raises(TokenRefused):
        await issuer.known.key("first")


async def test_an_issuer_never_reached_is_not_the_caller_s_fault(trial: Trial) -> None:
    async def away() -> bytes:
        raise ProviderAway("away")

    trial.app.state.shell.verifier = Verifier(ISSUER, "relief", IssuerKeys(away))
    answer = await trial.client.get(f"/funds/{uuid4()}", headers=trial.headers(Role.AUDITOR))
    assert (answer.status_code, answer.json()["code"]) == (503, "issuer-unreachable")


def test_only_public_signing_keys_are_read() -> None:
    ec = ECKey.generate_key("P-256", {"kid": "ec"})
    odd = [
        {"kty": "oct", "kid": "oct", "k": "AAAA"},
        {**_key("enc").as_dict(private=False), "use": "enc"},
        {"kty": "OKP", "crv": "Ed25519", "kid": "short", "x": "AA"},
        {"kty": "OKP", "crv": "Ed25519", "x": "AA"},
        "text",
    ]
    body = json.dumps({"keys": [ec.as_dict(private=False), KEY.as_dict(private=True), *odd]}).encode()
    keys = read_key_set(body)
    assert set(keys) == {"ec", "first"}
    assert not keys["first"].is_private
    for bad in (b"[]", b"{}", b"", b'{"keys":{}}'):
        with pytest.raises(ValueError):  # noqa: PT011  json's own or ours
            read_key_set(bad)


@pytest.mark.parametrize(
    ("header", "code", "challenge"),
    [
        (None, "token-missing", "Bearer"),
        ("Bearer", "token-missing", "Bearer"),
        ("Bearer x", "token-refused", 'Bearer error="invalid_token"'),
        ("Basic dTpw", "token-refused", 'Bearer error="invalid_token"'),
    ],
)
async def test_without_a_good_token_it_is_401(trial: Trial, header: str | None, code: str, challenge: str) -> None:
    answer = await trial.client.post("/funds", content=b"{broken", headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["www-authenticate"] == challenge


async def test_expired_by_the_machine_s_clock(trial: Trial) -> None:
    token = trial.issuer.token((Role.AUDITOR,), exp=time.time() - 60)
    answer = await trial.client.get(f"/funds/{uuid4()}", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


async def test_without_the_role_it_is_403_before_anything_is_read(trial: Trial) -> None:
    for headers in (trial.headers(Role.DONOR, key="k"), trial.headers(Role.APPROVER)):
        answer = await trial.client.post("/funds", content=b"{broken", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "role-missing")


async def test_one_of_the_roles_is_enough(trial: Trial) -> None:
    answer = await trial.client.get(f"/funds/{uuid4()}", headers=trial.headers(Role.DONOR, Role.AUDITOR))
    assert answer.status_code == 200
    assert answer.json()["reader"] == trial.issuer.person


def _open_route() -> Router:
    router = Router()

    @router.get("/open")
    async def open_to_all() -> None: ...

    return router


def _reading_right_on_command() -> Router:
    router = Router()

    @router.post("/changes")
    async def change(_: Annotated[Actor, require(Role.AUDITOR)]) -> None: ...

    return router


def _look_up_on_delete() -> Router:
    router = Router()

    @router.delete("/changes")
    async def change(_: Annotated[Actor, look_up(Role.AUDITOR)]) -> None: ...

    return router


def _command_on_get() -> Router:
    router = Router()

    @router.get("/changes")
    async def change(_: Annotated[Command, commands(Role.AUDITOR)]) -> None: ...

    return router


def _plain_router() -> APIRouter:
    router = APIRouter()

    @router.get("/plain")
    async def plain(_: Annotated[Actor, require(Role.AUDITOR)]) -> None: ...

    return router


def _nested_router() -> Router:
    router = Router()
    router.include_router(_open_route())
    return router


def _mounted() -> Router:
    router = Router()
    router.routes.append(Mount("/static", app=StaticFiles(directory=".")))
    return router


def _bare() -> Router:
    router = Router()
    router.routes.append(Route("/bare", Response()))
    return router


def _socket() -> Router:
    router = Router()

    @router.websocket("/socket")
    async def socket(_: Annotated[Actor, require(Role.AUDITOR)]) -> None: ...

    return router


@pytest.mark.parametrize(
    "made",
    [
        _open_route, _reading_right_on_command, _look_up_on_delete, _command_on_get, _plain_router,
        _nested_router, _mounted, _bare, _socket,
    ],
)  # fmt: skip
def test_a_route_that_is_not_guarded_is_refused_at_start(made: Callable[[], APIRouter]) -> None:
    with pytest.raises(RouteUnguarded):
        refuse_unguarded(made().routes)


def test_a_right_names_a_role() -> None:
    with pytest.raises(ValueError, match="nobody"):
        require()


async def test_what_needs_no_token_is_only_this(trial: Trial) -> None:
    answered = {
        path: (await trial.client.get(path)).status_code
        for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/redoc", "/log/position", "/funds/1")
    }
    assert answered == {
        "/healthz": 200, "/readyz": 200, "/metrics": 200, "/openapi.json": 200,
        "/docs": 404, "/redoc": 404, "/log/position": 401, "/funds/1": 401,
    }  # fmt: skip
