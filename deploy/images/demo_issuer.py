"""The issuer of the one-machine stack, on the inner network of containers: who can read /issuer can mint any token."""

from pathlib import Path

import uvicorn

from unionaid.embedded.issuer import Issuer

uvicorn.run(
    Issuer(Path("/issuer"), "http://issuer:8000"),
    host="0.0.0.0",  # noqa: S104  the inner network of the containers
    port=8000,
    lifespan="off",
    log_level="warning",
)
