"""Nothing in the repository names a registry's host, a place on somebody's machine, or a secret."""

from __future__ import annotations

import re
import subprocess

from unionaid.testkit.checkout import ROOT, tracked

# Hosts of registries, in parts: the list must not find itself.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("pythonhosted", "org"), ("pypi", "python", "org"), ("anaconda", "org"),
        ("maven", "org"), ("repo", "maven", "apache", "org"), ("repo1", "maven"), ("maven", "google", "com"),
        ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"),
        ("proxy", "golang", "org"), ("sum", "golang", "org"), ("goproxy", "io"), ("goproxy", "cn"),
        ("crates", "io"), ("rubygems", "org"), ("debian", "org"), ("archive", "ubuntu", "com"), ("alpinelinux", "org"),
        ("docker", "io"), ("hub", "docker", "com"), ("ghcr", "io"), ("quay", "io"),
        ("mirrors", "aliyun", "com"), ("tuna", "tsinghua", "edu", "cn"), ("mirrors", "ustc", "edu", "cn"),
    )
]  # fmt: skip
HOST = re.compile("|".join(rf"(?<![\w-]){re.escape(host)}(?![\w-])" for host in HOSTS).encode(), re.IGNORECASE)
PLACE = re.compile(rb"(?<![\w.*/$}>-])/(?:work|root|home/\w+|Users/\w+|tmp/dev)(?=[/\s\"'`):,;]|$)", re.MULTILINE)
KEY = re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY" + rb"-----|\"d\"\s*:\s*\"[\w-]{43}\"")

HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}")
PIN = re.compile(r"[A-Za-z0-9][\w.-]*(?:\[[\w,-]+\])?==[\w.+!]+(?: ; .+)?")


def findings(pattern: re.Pattern[bytes]) -> list[str]:
    found = []
    for path in tracked():
        content = path.read_bytes()
        for hit in pattern.finditer(content):
            line = content.count(b"\n", 0, hit.start()) + 1
            found.append(f"{path.relative_to(ROOT)}:{line} {hit[0].decode(errors='replace')}")
    return found


def test_no_file_names_a_registrys_host() -> None:
    assert findings(HOST) == []


def test_no_file_names_a_place_on_a_machine() -> None:
    assert findings(PLACE) == []


def test_no_file_holds_a_private_key() -> None:
    assert findings(KEY) == []


def test_the_patterns_find_what_they_are_for() -> None:
    for host in HOSTS:
        assert HOST.search(f"index-url = https://files.{host}/simple".encode()), host
    for place in ("work", "root/.cache", "home/li/x", "tmp/dev/a.py"):
        assert PLACE.search(f'path = "/{place}"'.encode()), place
    for route in ("/workers", "{base}/working", "/homes", "https://a.test/roots"):
        assert not PLACE.search(f'path = "{route}"'.encode()), route
    assert KEY.search(b"-----BEGIN " + b"EC PRIVATE KEY-----")


def test_the_lock_of_uv_stays_outside() -> None:
    ignored = subprocess.run(["git", "check-ignore", "-q", "uv.lock"], cwd=ROOT, check=False).returncode
    listed = subprocess.run(["git", "ls-files", "uv.lock"], cwd=ROOT, capture_output=True, check=True).stdout
    assert (ignored, listed) == (0, b"")


def test_every_pin_has_a_hash_and_none_an_address() -> None:
    """requirements.lock: names, versions and hashes only, so that it works with any mirror."""
    entries: list[tuple[str, list[str]]] = []
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        text = line.removesuffix(" \\")
        if line.startswith("#") or not line:
            continue
        if line.startswith(" "):
            assert HASH.fullmatch(text), line
            entries[-1][1].append(text)
        else:
            assert PIN.fullmatch(text), line
            entries.append((text, []))
    assert len(entries) > 50
    assert [pin for pin, hashes in entries if not hashes] == []
