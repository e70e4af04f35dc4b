"""The cryptography of the vault, without a database.

A person has a key of their own (AES-256-GCM), wrapped by the key-encryption key. What is sealed is bound to the
person and the version by additional data, so that no row can stand in for another. The commitment that goes
into events is SHA-256 over a label, a zero byte, a random salt and the canonical JSON (RFC 8785) of the fields;
the salt lies with the fields, so the commitment says nothing once the person's key is destroyed.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from unionaid.vault.limits import SECRET_BYTES

COMMITMENT_LABEL = b"unionaid vault identity v1"
_KEY_LABEL = b"unionaid vault key v1\0"
_FIELDS_LABEL = b"unionaid vault fields v1\0"
_STATEMENT_LABEL = b"unionaid vault statement v1\0"
NONCE_BYTES = 12
_ID_BYTES = 8


class Unreadable(Exception):
    """What is stored cannot be read: another key-encryption key, or bytes that were altered or moved."""


class Sealed(NamedTuple):
    """One version of a person's fields, encrypted."""

    nonce: bytes
    ciphertext: bytes


class _Payload(msgspec.Struct, frozen=True):
    salt: bytes
    fields: dict[str, str]


_decode = msgspec.json.Decoder(_Payload).decode


class KeyEncryptionKey:
    """Wraps persons' keys. `id` tells which key wrapped one, and nothing of the key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(_checked(key))
        self.id = hmac.digest(key, b"unionaid vault kek id v1", "sha256")[:_ID_BYTES]

    def wrap(self, person_id: UUID, key: bytes) -> bytes:
        """Return the person's key, encrypted: 60 bytes."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, self._bound_to(person_id))

    def unwrap(self, person_id: UUID, kek_id: bytes, wrapped: bytes) -> bytes:
        """Return the person's key.

        Raises:
            Unreadable: another key wrapped it, for another person, or it was altered.
        """
        if kek_id != self.id:
            raise Unreadable("wrapped by another key-encryption key")
        try:
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], self._bound_to(person_id))
        except (InvalidTag, ValueError):
            raise Unreadable("a person's key was altered or moved") from None

    def _bound_to(self, person_id: UUID) -> bytes:
        return _KEY_LABEL + self.id + person_id.bytes


def new_key() -> bytes:
    """Return a key for a person."""
    return secrets.token_bytes(SECRET_BYTES)


def seal(key: bytes, version: int, person_id: UUID, fields: Mapping[str, str]) -> tuple[Sealed, str]:
    """Encrypt a version of a person's fields; return it, and its commitment as 64 hex digits."""
    salt, nonce = secrets.token_bytes(SECRET_BYTES), secrets.token_bytes(NONCE_BYTES)
    payload = msgspec.json.encode(_Payload(salt, dict(fields)))
    ciphertext = AESGCM(key).encrypt(nonce, payload, _bound_to(person_id, version))
    return Sealed(nonce, ciphertext), commitment(salt, fields)


def unseal(key: bytes, version: int, person_id: UUID, sealed: Sealed) -> tuple[dict[str, str], str]:
    """Decrypt a version of a person's fields; return them, and their commitment.

    Raises:
        Unreadable: the bytes were altered, or belong to another person or version.
    """
    try:
        payload = _decode(AESGCM(key).decrypt(sealed.nonce, sealed.ciphertext, _bound_to(person_id, version)))
    except (InvalidTag, ValueError):
        raise Unreadable("fields were altered or moved") from None
    return payload.fields, commitment(payload.salt, payload.fields)


def commitment(salt: bytes, fields: Mapping[str, str]) -> str:
    """Return what an event says of a person's fields without telling them: 64 hex digits."""
    canonical = msgspec.json.encode(dict(fields), order="sorted")
    return hashlib.sha256(COMMITMENT_LABEL + b"\0" + salt + canonical).hexdigest()


Place = tuple[UUID, UUID, str, int]
"""Where a statement lies: person, matter, topic, version."""


def seal_statement(key: bytes, place: Place, fields: Mapping[str, str]) -> tuple[Sealed, str]:
    """Encrypt a version of a statement; return it, and its commitment as 64 hex digits."""
    salt, nonce = secrets.token_bytes(SECRET_BYTES), secrets.token_bytes(NONCE_BYTES)
    payload = msgspec.json.encode(_Payload(salt, dict(fields)))
    return Sealed(nonce, AESGCM(key).encrypt(nonce, payload, _bound_to_place(place))), commitment(salt, fields)


def unseal_statement(key: bytes, place: Place, sealed: Sealed) -> dict[str, str]:
    """Decrypt a version of a statement.

    Raises:
        Unreadable: the bytes were altered, or belong to another person, matter, topic or version.
    """
    try:
        return _decode(AESGCM(key).decrypt(sealed.nonce, sealed.ciphertext, _bound_to_place(place))).fields
    except (InvalidTag, ValueError):
        raise Unreadable("a statement was altered or moved") from None


def blind_key(secret: bytes, kind: str) -> bytes:
    """Derive the key of one kind of blind index."""
    info = b"unionaid vault blind index v1\0" + kind.encode()
    return HKDF(algorithm=SHA256(), length=SECRET_BYTES, salt=None, info=info).derive(_checked(secret))


def _bound_to(person_id: UUID, version: int) -> bytes:
    return _FIELDS_LABEL + person_id.bytes + version.to_bytes(4, "big")


def _bound_to_place(place: Place) -> bytes:
    person_id, matter_id, topic, version = place
    return _STATEMENT_LABEL + person_id.bytes + matter_id.bytes + version.to_bytes(4, "big") + topic.encode()


def _checked(secret: bytes) -> bytes:
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"a secret of {len(secret)} bytes; it must have {SECRET_BYTES}")
    return secret
