"""The secrets of a service, read from files: one encrypts keys of persons, one keys hashes; the issuer's, if any."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from unionaid.service.limits import SECRET_BYTES


class SecretsRefused(Exception):
    """A secret is missing, of the wrong length, or readable by others; the message says which."""


@dataclass(frozen=True, slots=True)
class Keys:
    """`kek` wraps each person's data key (`unionaid.vault`), `hmac` keys blind indexes and command ids."""

    kek: bytes = field(repr=False)
    hmac: bytes = field(repr=False)
    client_secret: str | None = field(default=None, repr=False)

    @classmethod
    def read(cls, directory: Path) -> Keys:
        """Read the files `kek` and `hmac`, 32 random bytes each, and `client_secret` if there is one; all of mode 600
        or stricter.

        Raises:
            SecretsRefused: every fault, by file.
        """
        faults = [fault for name in ("kek", "hmac") if (fault := _fault(directory / name))]
        secret = directory / "client_secret"
        if secret.exists() and (fault := _open_to_others(secret, secret.stat().st_mode)):
            faults.append(fault)
        if faults:
            raise SecretsRefused("\n".join(faults))
        return cls(
            (directory / "kek").read_bytes(),
            (directory / "hmac").read_bytes(),
            secret.read_text("utf-8").strip() if secret.exists() else None,
        )


def _fault(path: Path) -> str | None:
    try:
        mode, length = path.stat().st_mode, path.stat().st_size
    except OSError as error:
        return f"{path}: {error.strerror}. It must hold {SECRET_BYTES} random bytes."
    if length != SECRET_BYTES:
        return f"{path} holds {length} bytes; it must hold {SECRET_BYTES} random bytes."
    return _open_to_others(path, mode)


def _open_to_others(path: Path, mode: int) -> str | None:
    return f"{path} can be read by others on this machine; give it mode 600." if mode & 0o077 else None
