"""API keys: who may do what, in whose memory. Kept hashed in a file that only its owner can read."""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import hmac
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from memgraph.errors import BadInput
from memgraph.model import UTC, Scope

_ANYBODY = "*"


class May(enum.IntEnum):
    """What a key allows; each includes the ones before."""

    READ = 1
    WRITE = 2
    ADMIN = 3  # also everybody's memory at once, and resetting


class Key(BaseModel):
    """A key without its secret: `secret_hash` is the SHA-256 of 256 random bits, so there is nothing to guess."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    secret_hash: str
    tenant: str = Field("default", description='of which installation; "*" is any')
    users: tuple[str, ...] = Field((_ANYBODY,), description='whose memory; "*" is everybody\'s in the tenant')
    may: May = May.READ
    created_at: AwareDatetime
    expires_at: AwareDatetime | None = None

    def allows(self, scope: Scope) -> bool:
        """Whether a memory is within this key's reach."""
        return self.tenant in (_ANYBODY, scope.tenant) and (_ANYBODY in self.users or scope.user in self.users)

    @property
    def is_for_all(self) -> bool:
        """Whether it reaches everybody's memory."""
        return self.tenant == _ANYBODY and _ANYBODY in self.users


_KEYS: TypeAdapter[list[Key]] = TypeAdapter(list[Key])


class KeyFile:
    """The file of keys. What another process writes to it counts from the next request on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: tuple[tuple[int, int], dict[str, Key]] | None = None

    def all(self) -> list[Key]:
        """All keys, oldest first. Raises `BadInput` for a file that is none."""
        return list(self._current().values())

    def add(
        self, name: str, *, tenant: str = "default", users: tuple[str, ...] = (_ANYBODY,), may: May = May.READ,
        expires_at: dt.datetime | None = None,
    ) -> str:  # fmt: skip
        """Make a key; the text that it is used by, which is shown once and kept nowhere."""
        if not name.strip() or not tenant.strip() or not users or not all(u.strip() for u in users):
            raise BadInput("a key needs a name, a tenant and at least one user (or * for all)")
        ident, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        key = Key(
            id=ident, name=name, secret_hash=_hashed(secret), tenant=tenant, users=users, may=may,
            created_at=dt.datetime.now(UTC), expires_at=expires_at,
        )  # fmt: skip
        with self._changing() as keys:
            keys[ident] = key
        return f"mg_{ident}_{secret}"

    def revoke(self, ident: str) -> None:
        """Take a key back. Raises `BadInput` for an id that is none's."""
        with self._changing() as keys:
            if keys.pop(ident, None) is None:
                raise BadInput(f"there is no key {ident!r}: `memgraph keys list` shows the ids")

    def find(self, text: str, now: dt.datetime) -> Key | None:
        """The key that a text is, where it is one and has not expired. The secrets are compared in constant time."""
        _, _, rest = text.partition("_")
        ident, _, secret = rest.partition("_")
        key = self._current().get(ident)
        expected = key.secret_hash if key is not None else _hashed("")
        is_right = hmac.compare_digest(_hashed(secret), expected)
        if key is None or not is_right or not text.startswith("mg_"):
            return None
        return None if key.expires_at is not None and key.expires_at <= now else key

    def _current(self) -> dict[str, Key]:
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return {}
        version = (stat.st_mtime_ns, stat.st_ino)
        if self._read is None or self._read[0] != version:
            self._read = (version, self._load())
        return self._read[1]

    def _load(self) -> dict[str, Key]:
        try:
            return {key.id: key for key in _KEYS.validate_json(self.path.read_bytes())}
        except FileNotFoundError:
            return {}
        except (OSError, ValidationError) as error:
            raise BadInput(f"the file of keys {self.path} can't be read: {error}") from error

    @contextmanager
    def _changing(self) -> Generator[dict[str, Key]]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self.path.with_suffix(".lock")):
            keys = self._load()
            yield keys
            part = self.path.with_suffix(".part")
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                out.write(_KEYS.dump_json(list(keys.values()), indent=2))
                out.flush()
                os.fsync(out.fileno())
            part.replace(self.path)


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
