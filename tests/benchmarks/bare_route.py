"""The rival of a command over HTTP: a bare FastAPI route with the body model of relief's funds, and one insert.

`python bare_route.py DSN PORT`, served as the product serves itself (`unionaid.service.main`).
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import uvicorn
from fastapi import FastAPI, Request

from unionaid.relief.bodies.funds import OpenFundBody
from unionaid.service.limits import HTTP_POOL_MAX, STATEMENT_CACHE_SIZE

INSERT = "INSERT INTO rival.plain (stream, version, id, type, body) VALUES ($1, $2, $3, $4, $5)"


def bare_app(dsn: str) -> FastAPI:
    """Return the app; it knows of no token, key, version, language or log."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(
            dsn, min_size=0, max_size=HTTP_POOL_MAX, statement_cache_size=STATEMENT_CACHE_SIZE
        ) as app.state.pool:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/funds", status_code=201)
    async def open_fund(body: OpenFundBody, request: Request) -> dict[str, str]:
        fund_id = str(uuid4())
        stored = body.model_dump_json().encode()
        await request.app.state.pool.execute(INSERT, f"fund-{fund_id}", 1, uuid4(), "FundOpened", stored)
        return {"fund_id": fund_id}

    return app


if __name__ == "__main__":
    uvicorn.run(
        bare_app(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), http="httptools", loop="uvloop", ws="none",
        access_log=False, log_level="warning", server_header=False, proxy_headers=False, backlog=2048,
    )  # fmt: skip
