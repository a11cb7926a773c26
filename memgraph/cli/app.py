"""The commands. Exit codes: 0 done, 1 nothing found or something wrong found, 2 bad input, 3 store unavailable,
4 the store's schema or model does not fit."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from memgraph.cli import demo as the_demo
from memgraph.cli import serving, show
from memgraph.cli.common import Json, Store, User, print_json
from memgraph.cli.readers import read_file
from memgraph.compat.exports import Brought, Source, read_export
from memgraph.errors import BadInput, MemgraphError, MissingExtra, ModelMismatch, SchemaMismatch, StoreUnavailable
from memgraph.inputs import ScopeArgs
from memgraph.sync import Memory

_BATCH = 50
app = typer.Typer(
    name="memgraph",
    help="A memory for agents: conversations in, answers with their evidence out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


Agent = Annotated[str | None, typer.Option("--agent", envvar="MEMGRAPH_AGENT", help="Only this agent's part")]
Run = Annotated[str | None, typer.Option("--run", help="Only this session's part")]
Tenant = Annotated[str | None, typer.Option("--tenant", envvar="MEMGRAPH_TENANT", help="Whose installation")]
Limit = Annotated[int, typer.Option("--limit", "-n", help="How many at most")]
AsOf = Annotated[str | None, typer.Option(help="What was true then (2025-03-14T09:00Z)")]
KnownAt = Annotated[str | None, typer.Option(help="What was known then (2025-03-14T09:00Z)")]


def main() -> None:
    """Run the command line, and end with its exit code."""
    try:
        app()
    except BadInput as error:
        _fail(error, 2)
    except StoreUnavailable as error:
        _fail(error, 3)
    except (SchemaMismatch, ModelMismatch, MissingExtra) as error:
        _fail(error, 4)
    except MemgraphError as error:
        _fail(error, 1)


def _fail(error: Exception, code: int) -> None:
    print(f"memgraph: {error}", file=sys.stderr)  # noqa: T201
    sys.exit(code)


@contextmanager
def _memory(store: str | None) -> Generator[Memory]:
    with Memory(store) as memory:
        yield memory


def _scope(user: str | None, agent: str | None, run: str | None, tenant: str | None) -> ScopeArgs:
    if user is None and agent is None and run is None:
        raise BadInput("name whose memory is meant: --user, --agent or --run")
    return ScopeArgs(user_id=user, agent_id=agent, run_id=run, tenant=tenant)


def _found(*, any_found: bool) -> None:
    if not any_found:
        raise typer.Exit(1)


@app.command()
def demo(store: Annotated[str, typer.Option(help="Where to keep it")] = ":memory:", as_json: Json = False) -> None:
    """Read a made-up sale over seven weeks and show what memory makes of it."""
    sale = the_demo.load()
    with _memory(store) as memory:
        the_demo.remember(memory, sale)
        if as_json:
            user = sale["user"]
            facts = memory.facts(user_id=user, include_history=True)
            answers = {q: memory.search(q, user_id=user, limit=3)["results"] for q in sale["questions"]}
            print_json({"facts": facts, "entities": memory.entities(user_id=user), "answers": answers})
        else:
            the_demo.tell(memory, sale, show.console())


@app.command()
def add(
    files: Annotated[list[Path], typer.Argument(help="JSON, JSONL, transcripts, LoCoMo files, ChatGPT exports")],
    conversation: Annotated[str | None, typer.Option(help="Which one, where a file holds several")] = None,
    user: User = None,
    agent: Agent = None,
    run: Run = None,
    tenant: Tenant = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Remember the conversations of files. Run it again to go on where it stopped."""
    talks = [talk for file in files for talk in read_file(file, conversation)]
    total = sum(len(talk.messages) for talk in talks)
    facts = new = done = 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("messages"))
    with _memory(store) as memory, Progress(*columns, console=show.console(), disable=as_json) as progress:
        bar = progress.add_task("remembering", total=total)
        before = memory.stats(**_scope(user, agent, run, tenant))["episodes"]
        for talk in talks:
            scope = _scope(user, agent, run or talk.session, tenant)
            for start in range(0, len(talk.messages), _BATCH):
                batch = talk.messages[start : start + _BATCH]
                facts += len(memory.add(batch, **scope)["results"])
                done += len(batch)
                progress.update(bar, completed=done)
        new = memory.stats(**_scope(user, agent, run, tenant))["episodes"] - before
    summary = {"messages": total, "new": new, "facts": facts}
    if as_json:
        print_json(summary)
    else:
        show.console().print(f"{total} messages read, {new} of them new; {facts} facts touched.")


@app.command()
def search(
    query: str,
    limit: Limit = 5,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show the plan, each score's parts and the paths")] = False,
    user: User = None,
    agent: Agent = None,
    run: Run = None,
    tenant: Tenant = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Find the facts and episodes that answer a question."""
    scope = _scope(user, agent, run, tenant)
    with _memory(store) as memory:
        answer = memory.search(query, limit=limit, as_of=as_of, known_at=known_at, explain=explain, **scope)
    if as_json:
        print_json(answer)
    else:
        out = show.console()
        out.print(show.results_table(answer["results"]))
        for part in show.explanation(answer) if explain else ():
            out.print()
            out.print(part)
        for warning in answer.get("warnings", ()):
            out.print(f"[yellow]{escape(warning)}[/]")
    _found(any_found=bool(answer["results"]))


@app.command()
def facts(
    subject: Annotated[str | None, typer.Option(help="About whom or what")] = None,
    predicate: Annotated[str | None, typer.Option(help="Which relation, e.g. works_at")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    all_: Annotated[bool, typer.Option("--all", help="Also what is superseded or retracted, and why")] = False,
    why: Annotated[str | None, typer.Option(metavar="ID", help="How one fact's slot was decided, step by step")] = None,
    user: User = None,
    agent: Agent = None,
    run: Run = None,
    tenant: Tenant = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """List the facts that hold, or explain one."""
    if why is not None:
        _explain(why, store, as_json=as_json)
        return
    with _memory(store) as memory:
        found = memory.facts(
            subject=subject,
            predicate=predicate,
            as_of=as_of,
            known_at=known_at,
            include_history=all_,
            **_scope(user, agent, run, tenant),
        )
    if as_json:
        print_json(found)
    else:
        out = show.console()
        out.print(show.facts_table(found))
        for line in show.decisions(found) if all_ else ():
            out.print(line)
    _found(any_found=bool(found))


def _explain(fact_id: str, store: str | None, *, as_json: bool) -> None:
    with _memory(store) as memory:
        reasoning = memory.why(fact_id)
    if reasoning is None:
        raise BadInput(f"there is no fact {fact_id!r}: `memgraph facts --json` lists the ids")
    if as_json:
        print_json(reasoning)
    else:
        for part in show.reasoning(reasoning):
            show.console().print(part)


@app.command()
def history(memory_id: str, store: Store = None, as_json: Json = False) -> None:
    """Show what happened to a fact or an episode."""
    with _memory(store) as memory:
        changes = memory.history(memory_id)
    if as_json:
        print_json(changes)
    else:
        show.console().print(show.history_table(changes))
    _found(any_found=bool(changes))


entities = typer.Typer(help="Who and what memory knows by name, and which of them may be one.")
app.add_typer(entities, name="entities")


@entities.callback(invoke_without_command=True)
def list_entities(
    context: typer.Context,
    user: User = None,
    agent: Agent = None,
    run: Run = None,
    tenant: Tenant = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """List everybody and everything that memory knows by name."""
    if context.invoked_subcommand is not None:
        return
    with _memory(store) as memory:
        found = memory.entities(**_scope(user, agent, run, tenant))
    if as_json:
        print_json(found)
    else:
        show.console().print(show.entities_table(found))
    _found(any_found=bool(found))


@entities.command()
def review(
    at_least: Annotated[float, typer.Option(help="Only pairs that score so much, 0 to 1")] = 0.5,
    user: User = None,
    agent: Agent = None,
    run: Run = None,
    tenant: Tenant = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """List pairs that may be one. `merge` joins two, `unmerge` settles that they are two."""
    with _memory(store) as memory:
        found = memory.review(at_least=at_least, **_scope(user, agent, run, tenant))
    if as_json:
        print_json(found)
    else:
        show.console().print(show.candidates_table(found))
    _found(any_found=bool(found))


@entities.command()
def merge(
    a: Annotated[str, typer.Argument(help="A name, or an entity's id")],
    b: Annotated[str, typer.Argument(help="Another")],
    user: User = None,
    agent: Agent = None,
    run: Run = None,
    tenant: Tenant = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Decide that two names are one's."""
    with _memory(store) as memory:
        entity = memory.merge(a, b, **_scope(user, agent, run, tenant))
    if as_json:
        print_json(entity)
    else:
        show.console().print(show.entities_table([entity]))


@entities.command()
def unmerge(
    a: Annotated[str, typer.Argument(help="A name of the entity")],
    b: Annotated[str, typer.Argument(help="Another name, which is somebody else's")],
    user: User = None,
    agent: Agent = None,
    run: Run = None,
    tenant: Tenant = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Decide that two names stand for two."""
    with _memory(store) as memory:
        two = memory.unmerge(a, b, **_scope(user, agent, run, tenant))
    if as_json:
        print_json(two)
    else:
        show.console().print(show.entities_table(two))


@app.command()
def episodes(
    since: Annotated[str | None, typer.Option(help="From then on (2025-03-14T09:00Z)")] = None,
    until: Annotated[str | None, typer.Option(help="Before then")] = None,
    limit: Limit = 100,
    user: User = None,
    agent: Agent = None,
    run: Run = None,
    tenant: Tenant = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """List what was said."""
    with _memory(store) as memory:
        found = memory.episodes(since=since, until=until, limit=limit, **_scope(user, agent, run, tenant))
    if as_json:
        print_json(found)
    else:
        show.console().print(show.episodes_table(found))
    _found(any_found=bool(found))


@app.command()
def profile(
    subject: Annotated[str | None, typer.Argument(help="A name, or an entity's id; the user's own if none")] = None,
    user: User = None,
    agent: Agent = None,
    run: Run = None,
    tenant: Tenant = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Show what is known of somebody or something now."""
    with _memory(store) as memory:
        found = memory.profile(subject, **_scope(user, agent, run, tenant))
    if as_json:
        print_json(found.as_dict())
    elif found.entity is not None:
        show.console().print(found.text, markup=False)
    _found(any_found=found.entity is not None)


@app.command()
def export(
    to: Annotated[Path | None, typer.Argument(help="File to write, JSON Lines; standard output if not given")] = None,
    user: User = None,
    agent: Agent = None,
    run: Run = None,
    tenant: Tenant = None,
    store: Store = None,
) -> None:
    """Write a whole memory out, to be brought back by `import`; everybody's where no user is named."""
    scope = _scope(user, agent, run, tenant) if user or agent or run or tenant else ScopeArgs()
    part = None if to is None else to.with_name(to.name + ".part")
    with _memory(store) as memory, part.open("w", encoding="utf-8") if part else nullcontext(sys.stdout) as out:
        for line in memory.export(**scope):
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    if part is not None and to is not None:
        part.replace(to)  # what is there under its own name is whole


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="What `export` wrote, or with --from what another memory did")],
    from_: Annotated[Source | None, typer.Option("--from", help="Whose export it is, where it is not our own")] = None,
    user: Annotated[str | None, typer.Option("--user", "-u", help="Make it this user's memory")] = None,
    tenant: Annotated[str | None, typer.Option("--tenant", help="In this installation")] = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Bring a memory back that `export` wrote, or another memory's. Run it again to go on where it stopped."""
    if from_ is None:
        done = _restored(file, user, tenant, store)
    else:
        done = _moved_in(read_export(file, from_), user, tenant, store)
    if as_json:
        print_json(done)
    else:
        show.console().print(f"{done['episodes']} episodes read, {done['new']} of them new.")


def _restored(file: Path, user: str | None, tenant: str | None, store: str | None) -> dict[str, int]:
    scope = _scope(user, None, None, tenant) if user or tenant else ScopeArgs()
    try:
        with file.open(encoding="utf-8") as lines, _memory(store) as memory:
            return memory.import_(lines, **scope)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} can't be read: {error}") from error


def _moved_in(parts: list[Brought], user: str | None, tenant: str | None, store: str | None) -> dict[str, int]:
    """Add what another memory held: its messages, read for facts, and then its facts."""
    read = new = 0
    with _memory(store) as memory:
        for part in parts:
            scope: ScopeArgs = {**part.scope, "tenant": tenant}
            if user:
                scope["user_id"] = user
            before = memory.stats(**scope)["episodes"]
            for start in range(0, len(part.messages), _BATCH):
                memory.add(part.messages[start : start + _BATCH], **scope)
            for fact in part.facts:
                memory.add_fact(**fact, **scope)
            read += len(part.messages) + len(part.facts)
            new += memory.stats(**scope)["episodes"] - before
    return {"episodes": read, "new": new}


@app.command()
def stats(user: User = None, tenant: Tenant = None, store: Store = None, as_json: Json = False) -> None:
    """Count what a store holds, or one user's part of it."""
    scope = _scope(user, None, None, tenant) if user is not None else ScopeArgs()
    with _memory(store) as memory:
        counts = memory.stats(**scope)
    if as_json:
        print_json(counts)
    else:
        for name, count in counts.items():
            show.console().print(f"{count:>10,}  {name.replace('_', ' ')}")


@app.command()
def pending(
    retry: Annotated[bool, typer.Option("--retry", help="Read them again now")] = False,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """List the messages that are stored but could not be read yet."""
    with _memory(store) as memory:
        if retry:
            memory.retry_pending()
        waiting = memory.pending()
    if as_json:
        print_json(waiting)
    else:
        for item in waiting:
            show.console().print(f"{item.episode}  {item.need}  {item.attempts} attempts  {item.error}", markup=False)
        show.console().print(f"{len(waiting)} pending.")


@app.command()
def migrate(store: Store = None, as_json: Json = False) -> None:
    """Bring a store's schema up to this version. Back it up first."""
    memory = Memory(store)
    try:
        done = memory.migrate()
    finally:
        memory.close()
    if as_json:
        print_json(done)
    else:
        show.console().print(f"Ran {', '.join(done)}." if done else "Nothing to do.")


@app.command()
def doctor(store: Store = None, as_json: Json = False) -> None:
    """Compare what is derived with what it is derived from; ends with 1 where something is wrong."""
    with _memory(store) as memory:
        findings = memory.doctor()
    if as_json:
        print_json(findings)
    else:
        for finding in findings:
            show.console().print(f"{finding.count} {finding.check}, e.g. {finding.detail}", markup=False)
        if not findings:
            show.console().print("All is well.")
    _found(any_found=not findings)


@app.command()
def delete(
    memory_id: Annotated[str | None, typer.Argument(help="A fact's or an episode's id")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Everything in the scope instead")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask")] = False,
    user: User = None,
    agent: Agent = None,
    run: Run = None,
    tenant: Tenant = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Delete a memory, or with --all everything of a user, an agent or a session."""
    if all_ == (memory_id is not None):
        raise BadInput("give the id of a memory, or --all with --user, --agent or --run")
    if all_ and not yes:
        typer.confirm("Delete all of it?", abort=True)
    with _memory(store) as memory:
        scope = _scope(user, agent, run, tenant) if all_ or user or agent or run else ScopeArgs()
        done = memory.delete_all(**scope) if memory_id is None else memory.delete(memory_id, **scope)
    if as_json:
        print_json(done)
    else:
        show.console().print(done["message"])


app.command()(serving.serve)
app.command()(serving.mcp)
app.add_typer(serving.keys, name="keys")
