"""Files that hold personal data, kept encrypted for a short while, for who sent them."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unionaid.vault.limits import UPLOAD_BYTES_MAX, UPLOAD_KEPT_H
from unionaid.vault.sealing import NONCE_BYTES, KeyEncryptionKey, Unreadable, new_key

if TYPE_CHECKING:
    from unionaid.vault.store import Connection

_LABEL = b"unionaid vault upload v1\0"
_KEEP = "SELECT vault.keep_upload($1,$2,$3,$4,$5,$6,$7)"
_READ = "SELECT kek_id, wrapped_key, nonce, ciphertext FROM vault.read_upload($1,$2)"
_FORGET = "SELECT vault.forget_uploads($1)"


class Uploads:
    """Uploads of one service. `kek` is 32 secret bytes and stays in this process."""

    def __init__(self, kek: bytes) -> None:
        self._kek = KeyEncryptionKey(kek)

    async def keep(self, conn: Connection, upload_id: UUID, owner: str, content: bytes) -> None:
        """Keep a file for `UPLOAD_KEPT_H` hours from now; one of the same id and owner is replaced.

        Raises:
            ValueError: more than `UPLOAD_BYTES_MAX` bytes.
        """
        if len(content) > UPLOAD_BYTES_MAX:
            raise ValueError(f"{len(content)} bytes; at most {UPLOAD_BYTES_MAX} are kept")
        key, nonce = new_key(), secrets.token_bytes(NONCE_BYTES)
        await conn.execute(
            _KEEP,
            upload_id,
            owner,
            timedelta(hours=UPLOAD_KEPT_H),
            self._kek.id,
            self._kek.wrap(upload_id, key),
            nonce,
            AESGCM(key).encrypt(nonce, content, _LABEL + upload_id.bytes),
        )

    async def read(self, conn: Connection, upload_id: UUID, owner: str) -> bytes | None:
        """Return a file to who sent it; None where there is none, or none any more.

        Raises:
            Unreadable: another key-encryption key, or bytes that were altered or moved.
        """
        row = await conn.fetchrow(_READ, upload_id, owner)
        if row is None:
            return None
        key = self._kek.unwrap(upload_id, row["kek_id"], row["wrapped_key"])
        try:
            return AESGCM(key).decrypt(row["nonce"], row["ciphertext"], _LABEL + upload_id.bytes)
        except (InvalidTag, ValueError):
            raise Unreadable("a file was altered or moved") from None


async def forget_uploads(conn: Connection, *, every: bool) -> int:
    """Destroy the files that are overdue, or every one; return how many."""
    return int(await conn.fetchval(_FORGET, every))
