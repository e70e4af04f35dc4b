"""Containers of a killed run are removed by the next, those of a living one stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from unionaid.testkit.stack import Workshop, in_containers


@pytest.mark.skipif(not in_containers(), reason="UNIONAID_STACK is not docker")
def test_a_run_removes_the_containers_of_a_killed_one_and_none_of_a_living_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from testcontainers.core.docker_client import DockerClient  # noqa: PLC0415

    monkeypatch.setenv("UNIONAID_HOME", str(tmp_path))

    def runs() -> set[Path]:
        """The directories of this test's runs that have containers."""
        found = DockerClient().client.containers.list(filters={"label": "unionaid.tests.run"})
        named = {Path(container.labels["unionaid.tests.run"]) for container in found}
        return {run for run in named if run.is_relative_to(tmp_path)}

    Workshop().postgres()
    (dead,) = runs()
    living = Workshop()
    living.postgres()
    (alive,) = runs() - {dead}
    (dead / "run.json").write_text('{"pid": 1, "start_time": 1}')
    Workshop().close()
    assert runs() == {alive}
    living.close()
    assert runs() == set()


def test_another_stack_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNIONAID_STACK", "podman")
    with pytest.raises(ValueError, match="UNIONAID_STACK is podman; it must be embedded or docker"):
        in_containers()
