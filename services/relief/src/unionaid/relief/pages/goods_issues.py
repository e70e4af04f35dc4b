"""The screens of goods handed out: all issues one may see, the form of a new one, and what came back of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, get_args
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.contracts.fields import GoodsReturnReason
from unionaid.relief.bodies import goods as bodies
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.http.access import LIST_READERS, jurisdiction_of
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.relief.http.goods import ISSUERS, read_before, seen_by
from unionaid.relief.http.goods_acts import issuing, taking_back
from unionaid.relief.pages.filling import Unread, filled, whole
from unionaid.relief.views import goods as goods_views
from unionaid.relief.views import programmes as programme_views
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, PageRouter

if TYPE_CHECKING:
    from unionaid.service.app import Shell

Reader = Annotated[Actor, require(*LIST_READERS)]
ByIssuer = Annotated[Form, forms(*ISSUERS)]
ISSUES_SHOWN = 50
"""Issues of one page."""
ROWS = 5
"""Items that the form of an issue has room for."""
ASKED = (
    "occurred_on", "programme_id", "union_org_id", "site", "head_count", "signed_list_sha256", "signed_list_bytes",
)  # fmt: skip
RETURNED = ("occurred_on", "head_count", "reason_code")

goods_issues = PageRouter(tags=["screens"])


@goods_issues.get("/pages/goods-issues")
async def overview(request: Request, reader: Reader, desk: AtDesk) -> Response:
    """The issues one may see, and the form of a new one."""
    return await _overview(request, reader, desk, {}, {})


@goods_issues.post("/pages/goods-issues")
async def hand_out(form: ByIssuer, desk: AtDesk) -> Response:
    """Hand goods out."""
    typed = {name: form.text(name) for name in ASKED}
    rows = [(form.text(f"stock_{n}"), form.text(f"quantity_{n}")) for n in range(1, ROWS + 1)]
    typed |= {f"{name}_{n}": text for n, row in enumerate(rows, 1) for name, text in zip(_ROW, row, strict=True)}
    filled_in = [n for n, row in enumerate(rows, 1) if any(row)]
    signed = {"sha256": typed["signed_list_sha256"], "bytes": whole(typed["signed_list_bytes"])}
    given: dict[str, Any] = {name: typed[name] for name in ASKED[:5]}
    given["items"] = [_item(*rows[n - 1]) for n in filled_in]
    given["signed_list"] = signed if any(signed.values()) else ""
    jurisdiction = jurisdiction_of(form.actor, Role.DISTRICT_OFFICER)
    try:
        act = issuing(desk, filled(form, bodies.IssueGoodsBody, given, counts=("head_count",)), jurisdiction)
        done = await (await form.command()).run(act)
        faults = faults_of(done)
    except Unread as unread:
        faults = dict(unread.faults)
    else:
        if not faults:
            where = done.headers.get("location", "/goods-issues")  # answered before a restore: where is not kept
            return RedirectResponse(f"/relief/pages{where}", 303, HEADERS)
    placed = {_place(where, filled_in): reason for where, reason in faults.items()}
    return await _overview(form.request, form.actor, desk, typed, placed)


@goods_issues.get("/pages/goods-issues/{issue_id}")
async def show(request: Request, issue_id: UUID, reader: Reader, desk: AtDesk) -> Response:
    """One issue, part by part, and the form of what came back."""
    return await _shown(request, reader, desk, issue_id)


@goods_issues.post("/pages/goods-issues/{issue_id}/returns")
async def take_back(issue_id: UUID, form: ByIssuer, desk: AtDesk) -> Response:
    """Put goods back on stock."""
    typed = {name: form.text(name) for name in form.fields if name in RETURNED or name.startswith("back_")}
    stocks = [name.removeprefix("back_") for name, text in typed.items() if name.startswith("back_") and text]
    given: dict[str, Any] = {name: typed.get(name, "") for name in RETURNED}
    given["items"] = [_item(stock, typed[f"back_{stock}"]) for stock in stocks]
    jurisdiction = jurisdiction_of(form.actor, Role.DISTRICT_OFFICER)
    try:
        body = filled(form, bodies.ReturnGoodsBody, given, counts=("head_count",))
        faults = faults_of(await (await form.command()).run(taking_back(desk, issue_id, body, jurisdiction)))
    except Unread as unread:
        faults = dict(unread.faults)
    if not faults:
        return RedirectResponse(f"/relief/pages/goods-issues/{issue_id}?done=returned", 303, HEADERS)
    placed = {
        f"back_{stocks[int(where.split('.')[1])]}" if where.startswith("items.") else where: reason
        for where, reason in faults.items()
    }
    return await _shown(form.request, form.actor, desk, issue_id, typed=typed, faults=placed)


_ROW = ("stock", "quantity")


def _item(stock: str, quantity: str) -> dict[str, Any]:
    return {"stock_id": stock, "quantity": whole(quantity)}


def _place(where: str, filled_in: list[int]) -> str:
    """Return the field of the form that a fault of a body is told beside."""
    name, _, rest = where.partition(".")
    if name == "signed_list":
        return f"signed_list_{rest}" if rest else "signed_list_sha256"
    if name != "items" or not rest:
        return "stock_1" if name == "items" else where
    place, _, of = rest.partition(".")
    return f"{'quantity' if of == 'quantity' else 'stock'}_{filled_in[int(place)]}"


async def _overview(
    request: Request, reader: Actor, desk: Desk, typed: Mapping[str, str], faults: Mapping[str, str]
) -> Response:
    shell: Shell = request.app.state.shell
    await desk.settled()
    issues = await goods_views.issues(
        desk.pool, await seen_by(reader, desk), read_before(request.query_params.get("before")), ISSUES_SHOWN + 1
    )
    page, may = issues[:ISSUES_SHOWN], not reader.roles.isdisjoint(ISSUERS)
    unions = await desk.people.unions(jurisdiction_of(reader, Role.DISTRICT_OFFICER)) if may else []
    blank = {f"{name}_{n}": "" for n in range(1, ROWS + 1) for name in _ROW} | dict.fromkeys(ASKED, "")
    return shell.screens.page(
        request,
        "goods_issues.html",
        status=422 if faults else 200,
        issues=page,
        next=f"{page[-1]['occurred_on']}/{page[-1]['issue_id']}" if len(issues) > ISSUES_SHOWN else None,
        names=await desk.people.names_of({one["union_org_id"] for one in page}),
        hands_out=may,
        unions=[(str(id), name) for id, name in unions],
        programmes=[(str(id), name) for id, name in (await programme_views.programmes(desk.pool)).items()],
        stocks=[one for one in await goods_views.stocks(desk.pool) if one["quantity"]],
        rows=range(1, ROWS + 1),
        today=shell.clock.business_date().isoformat(),
        typed=blank | dict(typed),
        faults=faults,
        key=new_key(),
    )


async def _shown(
    request: Request,
    reader: Actor,
    desk: Desk,
    issue_id: UUID,
    *,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> Response:
    """Return the page of an issue. Raises NotFound, also where it is another union's."""
    shell: Shell = request.app.state.shell
    await desk.settled()
    issue, within = await goods_views.issue(desk.pool, issue_id), await seen_by(reader, desk)
    if issue is None or (within is not None and issue["union_org_id"] not in within):
        raise NotFound
    stocks: dict[str, dict[str, Any]] = {}
    for part in issue["parts"]:
        one = stocks.setdefault(str(part["stock_id"]), {"item": part["item"], "unit": part["unit"], "out": 0})
        one["out"] += part["quantity"] - part["returned"]
    return shell.screens.page(
        request,
        "goods_issue.html",
        status=422 if faults else 200,
        issue=issue,
        union=(await desk.people.names_of({issue["union_org_id"]})).get(issue["union_org_id"], ""),
        out={id: one for id, one in stocks.items() if one["out"]} if not reader.roles.isdisjoint(ISSUERS) else {},
        reasons=get_args(GoodsReturnReason),
        done=request.query_params.get("done") == "returned",
        today=shell.clock.business_date().isoformat(),
        typed=typed or {},
        faults=faults or {},
        key=new_key(),
    )
