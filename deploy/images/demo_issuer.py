"""The issuer of the one-machine stack, on the inner network of containers: who can read /issuer can mint any token."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from unionaid.embedded.issuer import Issuer
from unionaid.embedded.sign_in import LOOPBACK, SignIn, addresses_of, fronts_of, units_of, workers_of
from unionaid.embedded.state import SERVICES

URL = "http://issuer:8000"
front = os.environ["UNIONAID_PUBLIC_URL"].rstrip("/")
named = urlsplit(front)
fronts = fronts_of(named.port or 80) if named.hostname in LOOPBACK else (front,)
issuer = Issuer(Path("/issuer"), URL, f"{front}/issuer")
signed_in, signed_out = (addresses_of(fronts, SERVICES, page) for page in ("signed-in", "signed-out"))
hosts = LOOPBACK | {str(named.hostname), "issuer"}
units, workers = units_of("http://registry:8000", issuer), workers_of("http://registry:8000", issuer)
issuer.screens = SignIn(issuer, units, workers, signed_in, signed_out, hosts=hosts).app()
uvicorn.run(
    issuer,
    host="0.0.0.0",  # noqa: S104  the inner network of the containers
    port=8000,
    lifespan="off",
    log_level="warning",
)
