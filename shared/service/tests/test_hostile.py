"""What hostile, broken and careless callers send, and what each is told."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

from unionaid.service import strict_json
from unionaid.service.limits import ERRORS_MAX, JSON_BODY_BYTES_MAX, JSON_DEPTH_MAX, UPLOAD_BYTES_MAX
from unionaid.service.roles import Role

if TYPE_CHECKING:
    from shared.service.tests.conftest import Trial

FUND = str(uuid4())
JSON = {"Content-Type": "application/json"}


def _nested(levels: int) -> str:
    return "[" * levels + "]" * levels


def _opening(name: str) -> str:
    return f'{{"fund_id":"{FUND}","name":{name}}}'


BODIES: dict[str, tuple[str | bytes, int, str, str, str]] = {
    # what is sent: body, status, code, field, code of the field
    "broken": ("{", 400, "bad-json", "", ""),
    "two values": ("{}{}", 400, "bad-json", "", ""),
    "not UTF-8": (b'{"name":"\xff"}', 400, "bad-json", "", ""),
    "UTF-16": ('{"name":"x"}'.encode("utf-16"), 400, "bad-json", "", ""),
    "byte order mark": ('\ufeff{"name":"x"}', 400, "bad-json", "", ""),
    "endless number": ('{"name":' + "9" * 5_000 + "}", 400, "bad-json", "", ""),
    "deep": (f'{{"name":{_nested(JSON_DEPTH_MAX)}}}', 400, "json-too-deep", "", ""),
    "very deep": (_nested(100_000), 400, "json-too-deep", "", ""),
    "deep objects": ('{"a":' * 50_000 + "1" + "}" * 50_000, 400, "json-too-deep", "", ""),
    "NUL": (_opening('"a\\u0000b"'), 422, "invalid-input", "name", "forbidden-character"),
    "bidi": (_opening('"a\u202eb"'), 422, "invalid-input", "name", "forbidden-character"),
    "bidi escaped": (_opening('"\\u2066"'), 422, "invalid-input", "name", "forbidden-character"),
    "C1": (_opening('"a\x9bb"'), 422, "invalid-input", "name", "forbidden-character"),
    "half a pair": (_opening('"\\ud800"'), 422, "invalid-input", "name", "forbidden-character"),
    "NUL in a name": ('{"na\\u0000me":1}', 422, "invalid-input", "", "forbidden-character"),
    "name twice": ('{"name":"a","name":"b"}', 422, "invalid-input", "", "name-given-twice"),
    "name twice inside": ('{"a":[{"b":1,"b":1}]}', 422, "invalid-input", "a.0", "name-given-twice"),
    "unknown field": (_opening('"x","amount":1'), 422, "invalid-input", "amount", "unknown-field"
    ),
    "unknown field that is a name": (_opening('"x","张三":1'), 422, "invalid-input", "?", "unknown-field"),
    "unknown field that is a phone": (_opening('"x","13812345678":1'), 422, "invalid-input", "?", "unknown-field"),
    "missing": (f'{{"fund_id":"{FUND}"}}', 422, "invalid-input", "name", "missing"),
    "no text": (_opening("1"), 422, "invalid-input", "name", "not-text"),
    "no UUID": ('{"fund_id":"1","name":"x"}', 422, "invalid-input", "fund_id", "not-uuid"),
    "too long": (_opening('"' + "x" * 41 + '"'), 422, "invalid-input", "name", "too-long"),
    "a list": ("[]", 422, "invalid-input", "", "not-object"),
    "nothing": ("", 422, "invalid-input", "", "missing"),
    "null": ("null", 422, "invalid-input", "", "not-object"),
}  # fmt: skip


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("what", BODIES)
async def test_bodies(refusing: Trial, what: str) -> None:
    body, status, code, field, field_code = BODIES[what]
    content = body.encode() if isinstance(body, str) else body
    answer = await refusing.client.post("/funds", content=content, headers=refusing.headers(key=what, **JSON))
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code), told
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["type"] == f"urn:unionaid:problem:{code}"
    if field_code:
        assert [(e["field"], e["code"]) for e in told["errors"]] == [(field, field_code)]
        assert told["errors"][0]["reason"] != field_code, "a text, not the code"


AMOUNTS = {
    "1.5": "not-whole-number", "1.0": "not-whole-number", "1e2": "not-whole-number", "1E400": "not-whole-number",
    "NaN": "not-whole-number", "-Infinity": "not-whole-number", '"1"': "not-whole-number",
    "true": "not-whole-number", "null": "not-whole-number", "0": "too-small", "-1": "too-small",
}  # fmt: skip


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("amount", AMOUNTS)
async def test_money_is_whole_fen(refusing: Trial, amount: str) -> None:
    content = f'{{"amount_fen":{amount}}}'
    answer = await refusing.client.post(
        f"/funds/{FUND}/gifts", content=content, headers=refusing.headers(key="m", **JSON)
    )
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("amount_fen", AMOUNTS[amount])]


async def test_a_dot_inside_text_is_no_number(trial: Trial) -> None:
    body = {"fund_id": FUND, "name": "1.5 NaN [[[[[[[[[[[[[[[[[[[["}
    answer = await trial.client.post("/funds", json=body, headers=trial.headers(key="m"))
    assert answer.status_code == 201


def test_rare_characters_are_welcome() -> None:
    rare = "欧阳㴙𠮷·é👨\u200d👩\t\n"
    assert strict_json.parse(json.dumps({"名": [rare]}).encode()) == {"名": [rare]}
    assert strict_json.parse(json.dumps({"名": [rare]}, ensure_ascii=False).encode()) == {"名": [rare]}


@pytest.mark.asyncio(loop_scope="module")
async def test_ranges_are_told_with_their_limit(refusing: Trial) -> None:
    body = {"fund_id": FUND, "name": "x" * 41}
    headers = refusing.headers(key="r", **{"Accept-Language": "en"})
    told = (await refusing.client.post("/funds", json=body, headers=headers)).json()
    assert told["errors"][0]["reason"] == "At most 40 characters."


@pytest.mark.asyncio(loop_scope="module")
async def test_faults_of_shape_are_named_up_to_a_limit(refusing: Trial) -> None:
    body = {"fund_id": FUND, "name": "x", **{f"f{n}": n for n in range(ERRORS_MAX + 50)}}
    told = (await refusing.client.post("/funds", json=body, headers=refusing.headers(key="r"))).json()
    assert len(told["errors"]) == ERRORS_MAX


async def test_what_was_sent_is_not_repeated(trial: Trial, logged: io.StringIO) -> None:
    body: dict[str, Any] = {"fund_id": "440303 secret", "name": ["secret"], "phone": "secret"}
    answer = await trial.client.post("/funds?x=secret", json=body, headers=trial.headers(key="secret"))
    assert answer.status_code == 422
    assert "secret" not in answer.text
    written = logged.getvalue()
    assert '"route":"/funds"' in written
    assert "secret" not in written


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "media", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk", "text/json"]
)
async def test_other_media_are_refused(refusing: Trial, media: str) -> None:
    body = json.dumps({"fund_id": FUND, "name": "x"})
    headers = refusing.headers(key="m", **({"Content-Type": media} if media else {}))
    answer = await refusing.client.post("/funds", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


async def test_json_may_say_its_charset(trial: Trial) -> None:
    body = json.dumps({"fund_id": FUND, "name": "x"})
    headers = trial.headers(key="m", **{"Content-Type": "application/json; charset=UTF-8"})
    assert (await trial.client.post("/funds", content=body, headers=headers)).status_code == 201


async def _chunks(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * 65_536


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_over_the_limit_is_413(refusing: Trial, chunked: bool) -> None:
    content: Any = _chunks(32) if chunked else b" " * (2 << 20)
    answer = await refusing.client.post("/funds", content=content, headers=refusing.headers(key="b", **JSON))
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
    assert str(JSON_BODY_BYTES_MAX) in answer.json()["detail"]
    assert answer.headers["connection"] == "close"


async def test_a_body_at_the_limit_is_read(trial: Trial) -> None:
    body = json.dumps({"fund_id": FUND, "name": "x"}).encode()
    answer = await trial.client.post(
        "/funds", content=body.ljust(JSON_BODY_BYTES_MAX), headers=trial.headers(key="b", **JSON)
    )
    assert answer.status_code == 201


async def test_only_declared_prefixes_take_uploads(trial: Trial) -> None:
    await trial.client.post("/funds", json={"fund_id": FUND, "name": "x"}, headers=trial.headers(key="o"))
    big = {"file": ("a", b"x" * (2 << 20))}
    refused = await trial.client.post(f"/funds/{FUND}/scan", files=big, headers=trial.headers(key="u"))
    assert refused.status_code == 413
    taken = await trial.client.post(f"/funds/uploads/{FUND}", files=big, headers=trial.headers(key="u"))
    assert taken.json() == {"bytes": 2 << 20}
    huge = {"file": ("a", b"x" * UPLOAD_BYTES_MAX)}
    refused = await trial.client.post(f"/funds/uploads/{FUND}", files=huge, headers=trial.headers(key="u2"))
    assert refused.status_code == 413


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/funds/{}?note=a%00b", "query.note"),
        ("/funds/{}?note=a%E2%80%AEb", "query.note"),
        ("/funds/{}?no%00te=a", "query"),
        ("/funds/a%00b", "path"),
    ],
)
async def test_odd_characters_in_addresses(refusing: Trial, address: str, field: str) -> None:
    answer = await refusing.client.get(address.format(FUND), headers=refusing.headers(Role.AUDITOR))
    assert answer.status_code == 422
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [(field, "forbidden-character")]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_path_of_another_form(refusing: Trial) -> None:
    answer = await refusing.client.get("/funds/1", headers=refusing.headers(Role.AUDITOR))
    assert answer.json()["errors"][0] == {
        "field": "path.fund_id", "code": "not-uuid", "reason": "应为 UUID。"
    }  # fmt: skip


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not-found"),
        ("GET", "/funds/", 404, "not-found"),
        ("DELETE", "/funds", 405, "method-not-allowed"),
        ("TRACE", "/funds", 405, "method-not-allowed"),
    ],
)
async def test_addresses_that_are_not_there(refusing: Trial, method: str, path: str, status: int, code: str) -> None:
    answer = await refusing.client.request(method, path, headers=refusing.headers(key="x"))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("etag", ["3", '"x"', '"-1"', "*", 'W/"3"', '"1","2"', '"' + "9" * 40 + '"'])
async def test_if_match_has_a_form(refusing: Trial, etag: str) -> None:
    headers = refusing.headers(key="x", **{"If-Match": etag})
    answer = await refusing.client.post(f"/funds/{FUND}/gifts", json={"amount_fen": 1}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "if-match-malformed")


async def test_a_fault_of_ours_is_told_without_its_text(trial: Trial, logged: io.StringIO) -> None:
    body = {"fund_id": FUND, "name": "planted"}
    answer = await trial.client.post("/funds/search", json=body, headers=trial.headers(Role.AUDITOR))
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert answer.json()["instance"] == f"urn:unionaid:request:{answer.headers['x-request-id']}"
    assert "planted" not in answer.text
    written = logged.getvalue()
    assert "planted" not in written
    assert '"error":"RuntimeError"' in written


async def test_the_language_is_chosen(trial: Trial) -> None:
    said = {}
    for language in ("en-GB,zh;q=0.5", "zh-TW", "fr", "", "zh-CN, en;q=0.9"):
        answer = await trial.client.post("/funds", headers={"Accept-Language": language} if language else {})
        said[language] = (answer.headers["content-language"], answer.json()["detail"])
        assert answer.headers["vary"] == "Accept-Language"
    assert said == {
        "en-GB,zh;q=0.5": ("en", "Sign in first."),
        "zh-TW": ("zh-Hant", "請先登入。"),
        "fr": ("zh-Hans", "请先登录。"),
        "": ("zh-Hans", "请先登录。"),
        "zh-CN, en;q=0.9": ("zh-Hans", "请先登录。"),
    }


async def test_strange_headers_are_no_fault_of_ours(trial: Trial) -> None:
    for name, value in (
        ("Accept-Language", "en;q=x, ;;;,,,,,q=1;en" + ",zh" * 1_000),
        ("traceparent", "00-" + "0" * 32 + "-" + "0" * 16 + "-01"),
        ("Content-Length", "9" * 30),
        ("Cookie", "\x80"),
    ):
        raw: Any = [*trial.headers(key="x").items(), (name, value.encode("latin-1"))]
        answer = await trial.client.get(f"/funds/{FUND}", headers=httpx.Headers(raw))
        assert answer.status_code in (403, 413), name
