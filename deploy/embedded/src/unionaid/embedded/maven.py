"""The jars of Apache Kafka, from whatever Maven repository this machine is set up to use.

Which jars: `kafka-jars.lock`, Maven coordinates with SHA-256. From where: the machine's Maven settings
(mirror, proxy, credentials, local repository); without any, Maven's own default.
"""

import hashlib
import os
import re
import shutil
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from unionaid.embedded.errors import StackError, disk_full, is_disk_full

_DOWNLOADS_AT_ONCE = 8
_TIMEOUT_S = 60
_CENTRAL = "central"


@dataclass(frozen=True, slots=True)
class Jar:
    """One line of the lock file."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"

    def __str__(self) -> str:
        return f"{self.group}:{self.artifact}:{self.version}"


@dataclass(frozen=True, slots=True)
class MavenSettings:
    """What of a Maven settings file matters here."""

    local_repository: Path
    central: str | None = None
    """URL of the mirror to use instead of the default repository."""
    offline: bool = False
    proxies: Mapping[str, str] = field(default_factory=dict)
    """Environment variables (HTTPS_PROXY, …) for the proxy, where the environment names none."""


def parse_lock(text: str) -> list[Jar]:
    """Read the lock file. Raises ValueError on a line that is no coordinate with a SHA-256."""
    jars = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        found = re.fullmatch(r"([\w.-]+):([\w.-]+):([\w.-]+) ([0-9a-f]{64})", line)
        if found is None:
            raise ValueError(f"not a coordinate with a SHA-256: {line!r}")
        jars.append(Jar(*found.groups()))
    return jars


def locked_jars() -> list[Jar]:
    """The jars of the product's Kafka."""
    return parse_lock((files("unionaid.embedded") / "kafka-jars.lock").read_text())


def read_settings(env: Mapping[str, str], home: Path) -> MavenSettings:
    """The machine's Maven settings: the user's first, then the installation's.

    `env` may name M2_REPO (local repository) and MAVEN_HOME. A file that is no XML is a StackError.
    """
    candidates = [home / ".m2" / "settings.xml"]
    if "MAVEN_HOME" in env:
        candidates.append(Path(env["MAVEN_HOME"]) / "conf" / "settings.xml")
    candidates.append(Path("/etc/maven/settings.xml"))
    roots = [_parse(path) for path in candidates if path.is_file()]

    def expand(text: str) -> str:
        text = text.strip().replace("${user.home}", str(home))
        return re.sub(r"\$\{env\.(\w+)\}", lambda name: env.get(name[1], ""), text)

    local = env.get("M2_REPO") or next(filter(None, (_text(r, "localRepository") for r in roots)), "")
    return MavenSettings(
        local_repository=Path(expand(local)) if local else home / ".m2" / "repository",
        central=next(filter(None, (_mirror(root, expand) for root in roots)), None),
        offline=any(expand(_text(root, "offline")) == "true" for root in roots),
        proxies=next(filter(None, (_proxy(root, expand) for root in roots)), {}),
    )


def fetch(
    jars: Sequence[Jar],
    directory: Path,
    settings: MavenSettings,
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[Path]:
    """Bring all `jars` into `directory`, each verified; those already there are verified again.

    `progress(done, total)` is called after each. Raises StackError for a wrong checksum, a missing
    network or a full disk.
    """
    directory.mkdir(parents=True, exist_ok=True)
    done = 0
    lock = threading.Lock()

    def bring(jar: Jar) -> Path:
        nonlocal done
        target = directory / jar.file_name
        if not (target.exists() and _sha256(target) == jar.sha256):
            _download(jar, target, settings)
        with lock:
            done += 1
            progress(done, len(jars))
        return target

    with ThreadPoolExecutor(_DOWNLOADS_AT_ONCE) as pool:
        try:
            return list(pool.map(bring, jars))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _download(jar: Jar, target: Path, settings: MavenSettings) -> None:
    # jgo writes into its cache in place: a private one, so that a killed download cannot be taken
    # for a jar by us, nor by Maven in the machine's own repository, which is only read.
    from jgo.maven import MavenContext  # noqa: PLC0415  slow to import, and needed once

    cache = target.with_name(f".{target.name}.download")
    shutil.rmtree(cache, ignore_errors=True)
    for name, value in settings.proxies.items():
        os.environ.setdefault(name, value)
    context = MavenContext(
        repo_cache=cache,
        local_repos=[settings.local_repository],
        remote_repos={_CENTRAL: settings.central} if settings.central else None,
        timeout=_TIMEOUT_S,
        offline=settings.offline,
    )
    try:
        found = context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
        if found is None:
            raise RuntimeError("not found")
        actual = _sha256(found)
        if actual != jar.sha256:
            raise _mismatch(jar, actual, None if found.is_relative_to(cache) else found)
        copy = target.with_name(f".{target.name}.part")
        shutil.copyfile(found, copy)
        copy.replace(target)
    except StackError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and is_disk_full(error):
            raise disk_full(target.parent) from error
        said = re.sub(r"//[^/@\s]*@", "//", str(error))  # without the mirror's password
        raise StackError(
            f"The jar {jar}, a part of Apache Kafka, could not be downloaded: {said}",
            "Set-up needs the network once (or a Maven mirror in ~/.m2/settings.xml, or the jar in the local "
            "Maven repository). Start again when it is there: what is loaded already is kept.",
        ) from error
    finally:
        shutil.rmtree(cache, ignore_errors=True)


def _mismatch(jar: Jar, actual: str, lies_at: Path | None) -> StackError:
    way_on = (
        f"Delete {lies_at} and start again."
        if lies_at
        else "Start again. If it stays so, ask whoever runs this machine's Maven mirror (~/.m2/settings.xml) "
        "why it serves another file."
    )
    return StackError(
        f"The jar {jar} is not the one this release was made with, and is not used:\n"
        f"SHA-256 {actual}, expected {jar.sha256}.",
        way_on,
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parse(path: Path) -> ET.Element:
    try:
        root = ET.parse(path).getroot()  # noqa: S314  the machine's own settings
    except ET.ParseError as error:
        raise StackError(
            f"The Maven settings {path} are no XML: {error}", "Correct the file and start again."
        ) from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]  # with or without Maven's namespace
    return root


def _text(element: ET.Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _mirror(root: ET.Element, expand: Callable[[str], str]) -> str | None:
    for mirror in root.iterfind("mirrors/mirror"):
        of = [part.strip() for part in _text(mirror, "mirrorOf").split(",")]
        if f"!{_CENTRAL}" in of or not {"*", "external:*", _CENTRAL} & set(of):
            continue
        url = expand(_text(mirror, "url")).rstrip("/")
        for server in root.iterfind("servers/server"):
            if _text(server, "id") == _text(mirror, "id") and _text(server, "username"):
                user, password = (expand(_text(server, tag)) for tag in ("username", "password"))
                parts = urlsplit(url)
                netloc = f"{quote(user, safe='')}:{quote(password, safe='')}@{parts.netloc}"
                url = urlunsplit(parts._replace(netloc=netloc))
        return url
    return None


def _proxy(root: ET.Element, expand: Callable[[str], str]) -> dict[str, str]:
    for proxy in root.iterfind("proxies/proxy"):
        if (_text(proxy, "active") or "true") != "true":
            continue
        user, password = (quote(expand(_text(proxy, tag)), safe="") for tag in ("username", "password"))
        login = f"{user}:{password}@" if user else ""
        url = f"http://{login}{expand(_text(proxy, 'host'))}:{expand(_text(proxy, 'port')) or '8080'}"
        # Maven separates with | and *.name, requests with , and .name.
        without = expand(_text(proxy, "nonProxyHosts")).replace("|", ",").replace("*.", ".")
        return {"HTTPS_PROXY": url, "HTTP_PROXY": url} | ({"NO_PROXY": without} if without else {})
    return {}
