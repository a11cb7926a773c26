"""The commands of the service: `serve`, `keys`, `mcp`. They need the extras `server` and `mcp`."""

from __future__ import annotations

import ipaddress
import logging
import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.table import Table

from memgraph import inputs
from memgraph.cli import show
from memgraph.cli.common import Json, Store, print_json
from memgraph.errors import BadInput, MissingExtra
from memgraph.memory import AsyncMemory

if TYPE_CHECKING:
    from memgraph.serve.keys import KeyFile
    from memgraph.serve.settings import ServeConfig

Log = Annotated[Literal["json", "human"], typer.Option(help="How the log is written, to standard error")]
Host = Annotated[str, typer.Option(help="Address to listen on")]
Port = Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one")]
NoAuth = Annotated[
    bool, typer.Option("--no-auth", help="Let everybody do everything; on this machine's own addresses only")
]

keys = typer.Typer(help="Who may use the service, and for what.", no_args_is_help=True)


def _settings(extra: str = "server") -> tuple[ServeConfig, KeyFile]:
    try:
        from memgraph.serve.keys import KeyFile
        from memgraph.serve.settings import ServeConfig
    except ImportError as error:
        raise _missing(extra, error) from error
    config = ServeConfig()  # pyright: ignore[reportCallIssue] - every field has a default
    return config, KeyFile(config.keys)


def _missing(extra: str, error: ImportError) -> MissingExtra:
    return MissingExtra(f"{error.name} isn't installed: pip install 'memgraph-episodic[{extra}]'")


@keys.command("add")
def add_key(
    name: Annotated[str, typer.Argument(help="What the key is for")],
    may: Annotated[Literal["read", "write", "admin"], typer.Option(help="What it allows")] = "write",
    user: Annotated[
        list[str] | None, typer.Option("--user", "-u", help="Whose memory; all of the tenant's if none")
    ] = None,
    tenant: Annotated[str, typer.Option(help='Of which installation; "*" is any')] = "default",
    expires: Annotated[str | None, typer.Option(help="Until when it is valid (2027-01-01T00:00Z)")] = None,
    as_json: Json = False,
) -> None:
    """Make a key and print it. It is shown this once, and kept hashed."""
    _, file = _settings()
    from memgraph.serve.keys import May

    text = file.add(
        name,
        tenant=tenant,
        users=tuple(user or ("*",)),
        may=May[may.upper()],
        expires_at=inputs.maybe_moment("expires", expires),
    )
    if as_json:
        print_json({"key": text})
    else:
        print(text)  # noqa: T201


@keys.command("list")
def list_keys(as_json: Json = False) -> None:
    """List the keys, without their secrets."""
    _, file = _settings()
    if as_json:
        print_json([key.model_dump(mode="json", exclude={"secret_hash"}) for key in file.all()])
        return
    table = Table("id", "name", "may", "tenant", "users", "made", "expires")
    for key in file.all():
        ends = "" if key.expires_at is None else f"{key.expires_at:%Y-%m-%d %H:%M}"
        made = f"{key.created_at:%Y-%m-%d}"
        table.add_row(key.id, key.name, key.may.name.lower(), key.tenant, ", ".join(key.users), made, ends)
    show.console().print(table)


@keys.command("revoke")
def revoke_key(ident: Annotated[str, typer.Argument(metavar="ID", help="As `list` shows it")]) -> None:
    """Take a key back; the service refuses it from its next request on."""
    _, file = _settings()
    file.revoke(ident)


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8765,
    no_auth: NoAuth = False,
    log: Log = "human",
    store: Store = None,
) -> None:
    """Serve memory over HTTP: REST under /v1, Mem0's routes, /docs. Ctrl-C or SIGTERM ends it when all is answered."""
    config, file = _settings()
    try:
        import uvicorn

        from memgraph.serve.rest import create_app
    except ImportError as error:
        raise _missing("server", error) from error
    set_up_log(log)
    app = create_app(AsyncMemory(store), config, _guarded(file, host, no_auth=no_auth))
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=config.shutdown_seconds,
    )


def mcp(
    user: Annotated[
        str | None, typer.Option("--user", "-u", envvar="MEMGRAPH_USER", help="Whose memory; anybody's if none")
    ] = None,
    may: Annotated[Literal["read", "write"], typer.Option(help="What the tools may do")] = "write",
    http: Annotated[
        bool, typer.Option("--http", help="Over streamable HTTP at /mcp, with keys, in place of stdio")
    ] = False,
    host: Host = "127.0.0.1",
    port: Port = 8766,
    no_auth: NoAuth = False,
    log: Log = "human",
    store: Store = None,
) -> None:
    """Offer memory as MCP tools: over stdio to the agent that starts this, or over HTTP to whoever has a key."""
    config, file = _settings("mcp")
    try:
        from memgraph.serve.mcp import create_app, create_server
    except ImportError as error:
        raise _missing("mcp", error) from error
    from memgraph.serve.access import Gate, local_caller

    set_up_log(log)
    memory = AsyncMemory(store)
    if not http:
        create_server(memory, local_caller(user, may)).run()
        return
    import uvicorn

    app = create_app(memory, Gate(_guarded(file, host, no_auth=no_auth), config.requests_a_minute))
    uvicorn.run(app, host=host, port=port, log_config=None, access_log=False, server_header=False)


def _guarded(file: KeyFile, host: str, *, no_auth: bool) -> KeyFile | None:
    """The keys that a service is to ask for. Raises `BadInput` where it would stand open, or be shut to all."""
    if no_auth:
        if host != "localhost" and not _is_loopback(host):
            raise BadInput(
                "--no-auth is for this machine's own addresses (127.0.0.1): make a key with `memgraph keys add`"
            )
        return None
    if not file.all():
        raise BadInput(
            f"there are no keys in {file.path}: make one with `memgraph keys add NAME`, or use --no-auth here"
        )
    return file


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def set_up_log(form: str) -> None:
    """Write the log of the service and its libraries to standard error, as JSON lines or for people."""
    import structlog

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    last = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
                        logger_factory=structlog.stdlib.LoggerFactory())  # fmt: skip
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    logging.getLogger("neo4j").setLevel(logging.WARNING)
