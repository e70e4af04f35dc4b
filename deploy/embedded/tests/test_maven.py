"""Kafka's jars: the lock, the machine's Maven settings, and files that are not what the lock says."""

import hashlib
from pathlib import Path

import pytest

from unionaid.embedded.errors import StackError
from unionaid.embedded.maven import Jar, MavenSettings, fetch, locked_jars, parse_lock, read_settings

MIRROR = """
<settings xmlns="http://maven.apache.org/SETTINGS/1.2.0">
  <localRepository>${user.home}/jars</localRepository>
  <mirrors>
    <mirror><id>other</id><mirrorOf>some-repository</mirrorOf><url>https://other.test/</url></mirror>
    <mirror><id>house</id><mirrorOf>external:*,!snapshots</mirrorOf><url>https://maven.test/all/</url></mirror>
  </mirrors>
  <servers>
    <server><id>house</id><username>u</username><password>${env.SECRET}</password></server>
  </servers>
  <proxies>
    <proxy><active>false</active><host>off.test</host></proxy>
    <proxy><host>proxy.test</host><port>3128</port><nonProxyHosts>localhost|*.test</nonProxyHosts></proxy>
  </proxies>
</settings>
"""


def settings_of(tmp_path: Path, text: str, **env: str) -> MavenSettings:
    (tmp_path / ".m2").mkdir(exist_ok=True)
    (tmp_path / ".m2" / "settings.xml").write_text(text)
    return read_settings(env, tmp_path)


def test_the_lock_names_each_jar_once_with_its_hash() -> None:
    jars = locked_jars()
    assert len({jar.file_name for jar in jars}) == len(jars)
    assert "kafka_2.13-4.1.2.jar" in {jar.file_name for jar in jars}


@pytest.mark.parametrize("line", ["a:b:1", "a:b:1 abc", "a:b " + "0" * 64, "https://host/a.jar " + "0" * 64])
def test_a_lock_line_without_coordinate_or_hash_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="not a coordinate"):
        parse_lock(line)


def test_mirror_with_password_proxy_and_local_repository_are_honoured(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, MIRROR, SECRET="p:w")
    assert settings.central == "https://u:p%3Aw@maven.test/all"
    assert settings.local_repository == tmp_path / "jars"
    assert settings.proxies == {
        "HTTP_PROXY": "http://proxy.test:3128",
        "HTTPS_PROXY": "http://proxy.test:3128",
        "NO_PROXY": "localhost,.test",
    }


def test_a_mirror_of_all_but_central_is_not_used_for_it(tmp_path: Path) -> None:
    text = "<settings><mirrors><mirror><mirrorOf>*,!central</mirrorOf><url>x</url></mirror></mirrors></settings>"
    assert settings_of(tmp_path, text).central is None


def test_the_environment_names_the_local_repository_first(tmp_path: Path) -> None:
    assert settings_of(tmp_path, MIRROR, M2_REPO="/jars").local_repository == Path("/jars")


def test_broken_settings_are_a_message_not_a_trace(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="are no XML"):
        settings_of(tmp_path, "<settings>")


def local_jar(repository: Path, content: bytes) -> Jar:
    """A jar that lies in a local repository, locked with the hash of `b"right"`."""
    path = repository / "org" / "house" / "a" / "1" / "a-1.jar"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return Jar("org.house", "a", "1", hashlib.sha256(b"right").hexdigest())


def offline(repository: Path) -> MavenSettings:
    return MavenSettings(repository, offline=True)


def test_a_jar_of_the_local_repository_is_taken_and_verified(tmp_path: Path) -> None:
    jar = local_jar(tmp_path / "m2", b"right")
    steps: list[tuple[int, int]] = []
    paths = fetch([jar], tmp_path / "jars", offline(tmp_path / "m2"), progress=lambda *step: steps.append(step))
    assert [path.read_bytes() for path in paths] == [b"right"]
    assert steps == [(1, 1)]


def test_a_jar_with_another_hash_is_never_used(tmp_path: Path) -> None:
    jar = local_jar(tmp_path / "m2", b"wrong")
    with pytest.raises(StackError, match="is not the one") as caught:
        fetch([jar], tmp_path / "jars", offline(tmp_path / "m2"))
    assert f"Delete {tmp_path / 'm2'}" in caught.value.way_on
    assert list((tmp_path / "jars").iterdir()) == []


def test_a_damaged_jar_of_ours_is_replaced(tmp_path: Path) -> None:
    jar = local_jar(tmp_path / "m2", b"right")
    (tmp_path / "jars").mkdir()
    (tmp_path / "jars" / jar.file_name).write_bytes(b"half a")
    [path] = fetch([jar], tmp_path / "jars", offline(tmp_path / "m2"))
    assert path.read_bytes() == b"right"


def test_without_network_the_message_says_what_to_do(tmp_path: Path) -> None:
    jar = Jar("org.house", "a", "1", "0" * 64)
    with pytest.raises(StackError, match="could not be downloaded") as caught:
        fetch([jar], tmp_path / "jars", offline(tmp_path / "m2"))
    assert "Set-up needs the network once" in caught.value.way_on
