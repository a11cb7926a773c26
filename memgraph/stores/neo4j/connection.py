"""One Neo4j database: the driver, its errors, the server's version, the schema."""

# The driver's own annotations are incomplete.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, LiteralString, TypeVar, cast

from neo4j import AsyncDriver, AsyncGraphDatabase, AsyncManagedTransaction, AsyncSession
from neo4j.exceptions import (
    AuthError,
    ConfigurationError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from memgraph.errors import MemgraphError, SchemaMismatch, StoreUnavailable
from memgraph.migrate import check_model, check_open, due
from memgraph.model import UTC
from memgraph.ports import Settings
from memgraph.queries import Migration, cypher, migrations

_T = TypeVar("_T")
_RETRY_SECONDS = 15.0
_GONE = (ServiceUnavailable, SessionExpired, TransientError)
_OLDEST = (5, 26)


class Database:
    """A connection pool to one database. Every failure of the server or the network is `StoreUnavailable`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._driver: AsyncDriver | None = None

    async def connect(self) -> None:
        """Connect, and find out which line of Neo4j answers (`line`: "5" or "2026")."""
        settings = self._settings
        try:
            self._driver = AsyncGraphDatabase.driver(
                settings.url,
                auth=(settings.user, settings.password) if settings.password else None,
                max_transaction_retry_time=_RETRY_SECONDS,
                notifications_min_severity="OFF",
                **settings.options,
            )
        except (ConfigurationError, ValueError) as error:
            raise StoreUnavailable(f"{settings.url} is no address of a Neo4j server: {error}") from error
        try:
            records = await self.read("CALL dbms.components() YIELD name, versions RETURN name, versions")
        except MemgraphError:
            await self.close()
            raise
        kernel = next(r["versions"][0] for r in records if r["name"] == "Neo4j Kernel")
        numbers = tuple(int(n) for n in re.findall(r"\d+", kernel)[:2])
        if numbers < _OLDEST:
            await self.close()
            raise StoreUnavailable(f"{settings.url} runs Neo4j {kernel}; memgraph needs 5.26 or later")
        self.line = "2026" if numbers >= (2026, 1) else "5"

    async def close(self) -> None:
        """Close every connection; a second time does nothing."""
        driver, self._driver = self._driver, None
        if driver is not None:
            await driver.close()

    @property
    def _connected(self) -> AsyncDriver:
        if self._driver is None:
            raise StoreUnavailable(f"the memory at {self._settings.url} is closed: open it again")
        return self._driver

    async def read(self, query: LiteralString, params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run a statement that only reads, in one round trip; again where the connection broke."""

        async def once() -> list[dict[str, Any]]:
            async with self._connected.session(
                database=self._settings.database, default_access_mode="READ", fetch_size=-1
            ) as session:
                result = await session.run(query, dict(params or {}))
                return [dict(record.items()) async for record in result]

        async with _translated(self._settings.url):
            retrying = AsyncRetrying(
                retry=retry_if_exception_type(_GONE),
                wait=wait_random_exponential(multiplier=0.05, max=1.0),
                stop=stop_after_delay(_RETRY_SECONDS / 3),
                reraise=True,
            )
            return await retrying(once)

    @asynccontextmanager
    async def reading(self, fetch_size: int) -> AsyncGenerator[AsyncSession]:
        """A session that can only read."""
        async with (
            _translated(self._settings.url),
            self._connected.session(
                database=self._settings.database, default_access_mode="READ", fetch_size=fetch_size
            ) as session,
        ):
            yield session

    async def write(self, work: Callable[[AsyncManagedTransaction], Awaitable[_T]]) -> _T:
        """Do all of it in one transaction, or nothing; the driver repeats it after a transient failure."""
        async with (
            _translated(self._settings.url),
            self._connected.session(database=self._settings.database, fetch_size=-1) as session,
        ):
            return await session.execute_write(work)

    async def statement(self, query: LiteralString, params: Mapping[str, Any] | None = None) -> None:
        """Run one statement that may not share a transaction, such as one of the schema's."""
        async with (
            _translated(self._settings.url),
            self._connected.session(database=self._settings.database) as session,
        ):
            await (await session.run(query, dict(params or {}))).consume()

    # -- schema

    async def prepare(self, model: str, dimension: int) -> None:
        """Set an empty database up, or check that this version of memgraph can work on it."""
        applied, stored = await self._state()
        if not applied:
            if await self.read("MATCH (n) RETURN 1 AS one LIMIT 1"):
                raise SchemaMismatch(
                    f"the database at {self._settings.url} holds other data: "
                    "give another one (MEMGRAPH_NEO4J_DATABASE), or run `memgraph migrate` to put memories beside it"
                )
            await self._run(list(migrations("neo4j")), model, dimension)
        else:
            check_open(applied, migrations("neo4j"))
            check_model(stored or ("", 0), (model, dimension))
        await self.statement("CALL db.awaitIndexes(60)")

    async def migrate(self, model: str, dimension: int) -> list[str]:
        """Run the migrations that the database lacks; their names."""
        applied, stored = await self._state()
        if stored is not None:
            check_model(stored, (model, dimension))
        missing = due(applied, migrations("neo4j"))
        await self._run(missing, model, dimension)
        await self.statement("CALL db.awaitIndexes(3600)")  # a new one over what is stored already takes a while
        return [m.name for m in missing]

    async def _state(self) -> tuple[dict[int, str], tuple[str, int] | None]:
        records = await self.read(cypher("read/schema"))
        applied = {m["version"]: m["checksum"] for m in records[0]["migrations"]}
        store = records[0]["store"]
        return applied, (store["model"], store["dimension"]) if store else None

    async def _run(self, missing: list[Migration], model: str, dimension: int) -> None:
        for migration in missing:
            for statement in _statements(migration.text, self.line):
                # Neo4j refuses schema changes and writes in one transaction; each can be run again.
                await self.statement(statement, {"dimension": dimension} if "$dimension" in statement else None)
            done = {
                "version": migration.version,
                "name": migration.name,
                "checksum": migration.checksum,
                "applied_at": dt.datetime.now(UTC).isoformat(),
                "model": model,
                "dimension": dimension,
            }
            await self.statement(cypher("write/migrated"), done)


def _statements(text: str, line: str) -> list[LiteralString]:
    """The statements of a migration that are for this line of Neo4j."""
    out: list[LiteralString] = []
    for part in text.split(";"):
        only = re.search(r"^// server: (\S+)$", part, re.MULTILINE)
        statement = "\n".join(row for row in part.splitlines() if not row.startswith("//")).strip()
        if statement and (only is None or only[1] == line):
            out.append(cast("LiteralString", statement))
    return out


class _translated:  # noqa: N801 - reads as what it does
    """Turns what the driver raises about server and network into `StoreUnavailable`."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, AuthError):
            raise StoreUnavailable(
                f"{self._url} refuses the user or password: set MEMGRAPH_NEO4J_USER and _PASSWORD, or pass auth="
            ) from error
        if isinstance(error, (*_GONE, OSError)):
            raise StoreUnavailable(f"the Neo4j server at {self._url} doesn't answer ({error}): try again") from error
        if isinstance(error, (DriverError, Neo4jError)):
            raise MemgraphError(f"the Neo4j server at {self._url} refused: {error}") from error
