"""Which program a stack's databases were last migrated by: the same one need not start five processes to find out."""

import hashlib
import importlib
from pathlib import Path

_DATA = (".py", ".sql", ".yaml", ".json")


def program() -> str:
    """A fingerprint of the installed product: names, sizes and times of change of its files, as hex SHA-256.

    In a checkout a service's migrations lie in its room, beside `src`.
    """
    digest = hashlib.sha256()
    for root in sorted(map(Path, importlib.import_module("unionaid").__path__)):
        for path in sorted((*root.rglob("*"), *root.parents[1].glob("migrations/*"))):
            if path.suffix in _DATA and "tests" not in path.parts:
                stat = path.stat()
                digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
    return digest.hexdigest()


class Note:
    """Remembers in a file of the stack by which program all its databases were migrated."""

    def __init__(self, home: Path) -> None:
        self._file = home / "run" / "migrated-by"

    def says(self, fingerprint: str) -> bool:
        """True if the last migration was by this program, and ended well."""
        return self._file.exists() and self._file.read_text() == fingerprint

    def clear(self) -> None:
        """Forget it: a migration begins."""
        self._file.unlink(missing_ok=True)

    def write(self, fingerprint: str) -> None:
        """Note that every database was migrated by this program."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(fingerprint)
