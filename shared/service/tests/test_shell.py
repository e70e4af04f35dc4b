"""What every service answers alike: health, figures, positions, waiting, the description of the API, texts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import httpx
import pytest
import yaml

from unionaid.eventlog import Phase, RelayState
from unionaid.service import after, app, health
from unionaid.service.app import create_app
from unionaid.service.health import Finding, Health
from unionaid.service.keys import Keys
from unionaid.service.languages import Catalogue, CatalogueRefused, Language, choose
from unionaid.service.problems import shell_codes
from unionaid.service.refusals import Refusal, declared_codes
from unionaid.service.roles import Role
from unionaid.service.settings import Settings
from unionaid.service.trace import join

if TYPE_CHECKING:
    from shared.service.tests.conftest import Trial

SOURCE = Path(str(files("unionaid.service")))


async def test_alive(trial: Trial) -> None:
    assert (await trial.client.get("/healthz")).json() == {"status": "alive"}


async def test_ready_says_why_not(trial: Trial) -> None:
    async def fine() -> Finding:
        return health.OK

    async def degraded() -> Finding:
        return Finding(Health.DEGRADED, "Kafka is away")

    async def raises() -> Finding:
        raise RuntimeError("planted")

    checks = trial.app.state.shell.checks
    checks.update(fine=fine, degraded=degraded)
    answer = await trial.client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "service": "relief",
        "ready": True,
        "simulated": False,
        "checks": {"fine": {"health": "ok"}, "degraded": {"health": "degraded", "reason": "Kafka is away"}},
    }
    checks.update(raises=raises)
    answer = await trial.client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert answer.json()["checks"]["raises"] == {"health": "failed", "reason": "RuntimeError"}
    assert "planted" not in answer.text


async def test_a_check_that_hangs_has_failed(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CHECK_TIMEOUT_S", 0.01)

    async def hangs() -> Finding:
        await asyncio.Event().wait()
        return health.OK

    assert (await health.examine({"hangs": hangs}))["hangs"].health is Health.FAILED


async def test_checks_of_database_and_schema(trial: Trial, tmp_path: Path) -> None:
    log = {"eventlog": files("unionaid.eventlog") / "sql"}
    (tmp_path / "0001_more.sql").write_text("SELECT 1")
    assert await health.database(trial.pool)() == health.OK
    assert await health.schema(trial.pool, log)() == health.OK
    waiting = await health.schema(trial.pool, {**log, "more": tmp_path})()
    assert waiting == Finding(Health.FAILED, "run migrate: more/0001_more.sql")


async def test_kafka_away_is_told_but_takes_nothing_out_of_use() -> None:
    assert (await health.kafka("127.0.0.1:1")()).health is Health.DEGRADED


@pytest.mark.parametrize(
    ("phase", "expected"),
    [(Phase.RUNNING, Health.OK), (Phase.WAITING, Health.DEGRADED), (Phase.HALTED, Health.FAILED)],
)
async def test_a_halted_relay_takes_the_service_out_of_use(phase: Phase, expected: Health) -> None:
    class Relay:
        state = RelayState(phase, "why")

    finding = await health.relay(Relay())()  # type: ignore[arg-type]
    assert finding.health is expected
    assert ("why" in finding.reason) is (expected is not Health.OK)


async def test_figures_count_by_route_and_never_by_address(trial: Trial) -> None:
    fund = uuid4()
    await trial.client.get(f"/funds/{fund}", headers=trial.headers(Role.AUDITOR))
    await trial.client.get(f"/nothing/{fund}")
    figures = (await trial.client.get("/metrics")).text
    assert 'unionaid_http_requests_total{method="GET",route="/funds/{fund_id}",status="200"} 1.0' in figures
    assert 'route="unmatched",status="404"} 1.0' in figures
    assert str(fund) not in figures


async def _open_fund(trial: Trial) -> str:
    fund = str(uuid4())
    await trial.client.post("/funds", json={"fund_id": fund, "name": "x"}, headers=trial.headers(key="o"))
    return fund


async def test_a_stream_version_becomes_a_topic_index(trial: Trial, postgres: object) -> None:
    fund = await _open_fund(trial)
    asked: dict[str, str | int] = {"stream": f"fund-{fund}", "version": 1}
    waiting = await trial.client.get("/log/position", params=asked, headers=trial.headers(Role.DONOR))
    assert (waiting.status_code, waiting.headers["retry-after"]) == (202, "1")
    assert waiting.json() == {"topic": "unionaid.640302.relief", "index": None}
    async with trial.pool.acquire() as conn:
        await conn.execute(
            "INSERT INTO eventlog.log (index, position, logtime, leaf) "
            "SELECT 7, position, now(), sha256('') FROM eventlog.events"
        )
    known = await trial.client.get("/log/position", params=asked, headers=trial.headers(Role.DONOR))
    assert (known.status_code, known.json()) == (200, {"topic": "unionaid.640302.relief", "index": 7})
    gone = await trial.client.get("/log/position", params={**asked, "version": 2}, headers=trial.headers(Role.DONOR))
    assert (gone.status_code, gone.json()["code"]) == (404, "not-found")


async def test_after_waits_until_the_views_are_there(trial: Trial) -> None:
    topic = "unionaid.640302.registry"
    trial.reached[topic] = 4
    address, headers = f"/funds/{uuid4()}?after={topic}@5", trial.headers(Role.AUDITOR)
    asked = asyncio.create_task(trial.client.get(address, headers=headers))
    done, _ = await asyncio.wait({asked}, timeout=0.05)
    assert not done
    trial.reached[topic] = 5
    assert (await asked).status_code == 200


async def test_after_waits_for_every_topic_and_gives_up_in_time(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(after, "AFTER_WAIT_MS_MAX", 20)
    trial.reached.update(a=9, b=1)
    answer = await trial.client.get(
        f"/funds/{uuid4()}", params={"after": ["a@9", "b@2"]}, headers=trial.headers(Role.AUDITOR)
    )
    assert (answer.status_code, answer.json()["code"]) == (503, "not-yet-visible")
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("a", "after-malformed"),
        ("a@", "after-malformed"),
        ("a@-1", "after-malformed"),
        ("a@" + "9" * 19, "after-malformed"),
        ("other@1", "after-unknown-topic"),
    ],
)
async def test_after_has_a_form(trial: Trial, asked: str, code: str) -> None:
    answer = await trial.client.get(f"/funds/{uuid4()}", params={"after": asked}, headers=trial.headers(Role.AUDITOR))
    assert answer.status_code == 422
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("query.after", code)]


async def test_the_api_describes_what_the_shell_demands(trial: Trial) -> None:
    described = (await trial.client.get("/openapi.json")).json()
    command, reading = described["paths"]["/funds"]["post"], described["paths"]["/funds/{fund_id}"]["get"]
    assert {p["name"] for p in command["parameters"]} == {"Idempotency-Key", "If-Match"}
    assert command["x-roles"] == ["accountant"]
    assert command["security"] == reading["security"] == [{"bearer": []}]
    assert {p["name"] for p in reading["parameters"]} == {"fund_id", "after", "note"}
    schema = command["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert described["components"]["schemas"][schema]["additionalProperties"] is False
    assert "application/problem+json" in command["responses"]["default"]["content"]


async def test_the_log_names_no_address_and_joins_the_trace(trial: Trial, logged: object) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    fund = uuid4()
    answer = await trial.client.get(
        f"/funds/{fund}?note=planted", headers=trial.headers(Role.AUDITOR, traceparent=trace)
    )
    written = logged.getvalue()  # type: ignore[attr-defined]
    assert '"trace_id":"0af7651916cd43dd8448eb211c80319c"' in written
    assert answer.headers["x-request-id"] in written
    for hidden in ("planted", str(fund), trial.issuer.person):
        assert hidden not in written


def test_only_well_formed_traces_are_joined() -> None:
    given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
    joined = join(given)
    assert joined.trace_id == "0af7651916cd43dd8448eb211c80319c"
    assert joined.span_id != "b7ad6b7169203331"
    assert joined.flags == "00"
    for odd in (None, "", given.upper(), given + "x", f"00-{'0' * 32}-b7ad6b7169203331-00", "ff" + given[2:]):
        assert join(odd).trace_id != joined.trace_id
        assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", join(odd).parent)


# Codes as they stand in the source: Problem(400, "bad-json"), .moment("busy"), .of_input(field, "x"), Fault(…, "x", …)
_RAISED = re.compile(
    r"(?:Problem\(\s*\d+,|moment\(|of_input\(\s*[^,()]+,|Fault\([^\"]*\"\.\"[^\"]*,|_unauthenticated\()"
    r"\s*\"([a-z0-9-]+)\""
)


def test_every_code_of_the_shell_has_its_texts() -> None:
    raised = {code for file in SOURCE.glob("*.py") for code in _RAISED.findall(file.read_text("utf-8"))}
    assert len(raised) > 15
    assert raised <= shell_codes()
    codes = {*shell_codes(), *declared_codes("unionaid.service")}
    used_by_log = {"wrong-version"}
    problems = {code for code in Catalogue.of().codes if not code.startswith("screen-")}
    assert codes | used_by_log == problems, "no text without use, no code without text"


def test_texts_differ_by_language_and_scripts_are_right() -> None:
    texts = {
        language: yaml.safe_load((SOURCE / "locale" / f"{language}.yaml").read_text("utf-8")) for language in Language
    }
    for code, text in texts[Language.EN].items():
        assert text.isascii(), code
        assert not texts[Language.ZH_HANS][code].isascii(), code
    hans, hant = "".join(texts[Language.ZH_HANS].values()), "".join(texts[Language.ZH_HANT].values())
    for simplified, traditional in ("请請", "为為", "项項", "数數", "内內", "应應", "录錄"):
        assert traditional not in hans
        assert simplified not in hant


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"zh-Hans": "a: 甲", "zh-Hant": "a: 甲", "en": ""}, "a has no text in en"),
        ({"zh-Hans": "a: '{n}'", "zh-Hant": "a: '{n}'", "en": "a: '{m}'"}, "a: the languages name different"),
        ({"zh-Hans": "busy: x", "zh-Hant": "busy: x", "en": "busy: x"}, "given twice: busy"),
    ],
)
def test_uneven_texts_are_refused(tmp_path: Path, texts: dict[str, str], message: str) -> None:
    for language, text in texts.items():
        (tmp_path / f"{language}.yaml").write_text(text, "utf-8")
    with pytest.raises(CatalogueRefused, match=message):
        Catalogue.of(tmp_path)


async def test_a_service_whose_refusal_has_no_text_does_not_start(make_settings: Callable[..., Settings]) -> None:
    class Untold(Refusal):
        __module__ = "trial.reporting"
        code = "untold"

    settings = make_settings("postgresql://localhost/x")
    with pytest.raises(CatalogueRefused, match="no texts for: untold"):
        create_app("reporting", settings, [], title="x", keys=Keys(b"k" * 32, b"h" * 32), refusals=["trial.reporting"])
    create_app("registry", settings, [], title="x", keys=Keys(b"k" * 32, b"h" * 32), refusals=["trial.registry"])
    assert Untold.code == "untold"


def test_a_text_whose_values_are_missing_is_still_told() -> None:
    catalogue = Catalogue.of()
    assert "{limit}" in catalogue.text(Language.EN, "too-long", {})
    assert catalogue.text(Language.EN, "no-such-code") == "no-such-code"
    assert "7" in catalogue.text(Language.EN, "too-long", {"limit": 7})


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh-Hans"), ("zh", "zh-Hans"), ("zh-SG", "zh-Hans"), ("zh-HK", "zh-Hant"), ("zh-Hant-CN", "zh-Hant"),
        ("ZH-tw;q=0.8,en;q=0.9", "en"), ("en;q=0,zh-TW;q=0.1", "zh-Hant"), ("ug, *;q=0.1", "zh-Hans"),
        ("english", "zh-Hans"), ("en;q=nan", "zh-Hans"),
    ],
)  # fmt: skip
def test_languages(header: str | None, language: str) -> None:
    assert choose(header) == language


async def test_a_service_starts_while_its_database_is_away(
    make_settings: Callable[..., Settings], caplog: pytest.LogCaptureFixture
) -> None:
    settings = make_settings("postgresql://nobody@127.0.0.1:1/x")
    pool = app.http_pool(settings, "relief")
    made = create_app(
        "relief", settings, [], title="x", keys=Keys(b"k" * 32, b"h" * 32), pool=pool,
        locales=[Path(__file__).parent / "locale"], checks={"database": health.database(pool)},
        refusals=["trial.relief"],
    )  # fmt: skip
    transport = httpx.ASGITransport(app=made)
    async with (
        made.router.lifespan_context(made),
        httpx.AsyncClient(transport=transport, base_url="http://relief.test") as client,
    ):
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"]["health"] == "failed"


async def test_the_pool_names_itself_and_bounds_statements(trial: Trial) -> None:
    async with trial.pool.acquire() as conn:
        assert await conn.fetchval("SHOW application_name") == "unionaid relief http"
        assert await conn.fetchval("SHOW statement_timeout") == "10s"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute("DELETE FROM eventlog.events")


async def test_a_transaction_left_open_is_rolled_back_when_its_connection_is_given_back(trial: Trial) -> None:
    async with trial.pool.acquire() as conn:
        await conn.execute("BEGIN; INSERT INTO eventlog.halt (reason) VALUES ('left open')")
    async with trial.pool.acquire() as conn:
        assert not conn.is_in_transaction()
        assert await conn.fetchval("SELECT count(*) FROM eventlog.halt") == 0


async def test_metrics_tell_how_the_service_is(trial: Trial) -> None:
    pool = trial.app.state.shell.pool
    await pool.execute("insert into eventlog.halt (reason) values ('the topic is ahead')")
    await pool.execute(
        "insert into eventlog.parked (subscription, topic, kafka_offset, reason, length, sha256) "
        "values ('totals_1', 't', 0, 'no event of this log', 0, '\\x00')"
    )
    figures = (await trial.client.get("/metrics")).text
    assert "unionaid_log_halted 1.0" in figures
    assert 'unionaid_parked_records{foreign="true",subscription="totals_1"} 1.0' in figures
    assert "unionaid_outbox_appends 0.0" in figures
