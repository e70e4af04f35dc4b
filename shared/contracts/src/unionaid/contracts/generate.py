"""`python -m unionaid.contracts.generate`: write the schemas, examples, AsyncAPI document and reference.

With `--check` nothing is written: it names what is out of date, left over or breaks a release's promise, and
ends with exit code 1 if there is any. With `--release VERSION` it also writes what that release promises.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from unionaid.contracts import releases
from unionaid.contracts.asyncapi import document
from unionaid.contracts.reference import events_md
from unionaid.contracts.schemas import dump, versions

CHECKOUT = Path(__file__).resolve().parents[5]
PACKAGE = Path("shared/contracts/src/unionaid/contracts")
REFERENCE = Path("docs/reference/events.md")


def generated() -> dict[Path, str]:
    """Every generated file, relative to the checkout, with its text; older versions stay as they are."""
    texts = {PACKAGE / "asyncapi.json": dump(document()), REFERENCE: events_md()}
    for version in versions():
        texts[PACKAGE / "schemas" / version.file] = dump(version.schema())
        texts[PACKAGE / "examples" / version.file] = version.example()
    return texts


def findings(checkout: Path) -> list[str]:
    """What `--check` reports, each line naming the file."""
    texts = generated()
    package = checkout / PACKAGE
    stale = [
        f"{path}: not as generated"
        for path, text in texts.items()
        if not (checkout / path).is_file() or (checkout / path).read_text(encoding="utf-8") != text
    ]
    present = [path.relative_to(checkout) for kind in ("schemas", "examples") for path in package.glob(f"{kind}/*/*")]
    left_over = [f"{path}: no such event" for path in sorted(present) if path not in texts]
    return stale + left_over + releases.breaches(package)


def write(checkout: Path) -> None:
    """Writes all generated files; directories are made as needed."""
    for path, text in generated().items():
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        (checkout / path).write_text(text, encoding="utf-8")


def write_release(checkout: Path, version: str) -> Path:
    """Writes `releases/<version>.json`. Raises FileExistsError: what was promised is never written anew."""
    path = checkout / PACKAGE / "releases" / f"{version}.json"
    path.parent.mkdir(exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(dump(releases.release(checkout / PACKAGE, version)))
    return path


def main(arguments: Sequence[str] | None = None, *, checkout: Path = CHECKOUT) -> int:
    """Exit code: 0, or 1 with `--check` and findings."""
    parser = argparse.ArgumentParser(prog="python -m unionaid.contracts.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, report what differs")
    parser.add_argument("--release", metavar="VERSION", help="also write releases/VERSION.json")
    options = parser.parse_args(arguments)
    if not options.check:
        write(checkout)
    if options.release:
        print(write_release(checkout, options.release))
    found = findings(checkout)
    print("\n".join(found) or "contracts: all as generated, all promises kept")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
