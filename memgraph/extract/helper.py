"""Reads in a process of its own: `python -m memgraph.extract.helper`, which pickles go to and come from.

Python runs rules on one core at a time. Where there is much to read, and a core to spare, part of it is read here,
by the same rules. The process ends when its input does, and so with whoever started it.
"""

from __future__ import annotations

import contextlib
import logging
import pickle
import subprocess
import sys
import weakref
from collections.abc import Sequence

from memgraph.changes import Extraction
from memgraph.errors import ExtractionFailed
from memgraph.model import Episode
from memgraph.ontology import Ontology

_log = logging.getLogger(__name__)


class Helper:
    """One such process, started at the first question."""

    def __init__(self, ontology: Ontology, pipeline: str) -> None:
        self._ontology, self._pipeline = ontology, pipeline
        self._process: subprocess.Popen[bytes] | None = None

    def extract(self, windows: Sequence[Sequence[Episode]]) -> Extraction:
        """What the last turn of each window says, read there. Raises `ExtractionFailed` where the process is gone."""
        process = self._process or self._start()
        if process.stdin is None or process.stdout is None:
            raise ExtractionFailed("the helper has no pipes")
        try:
            pickle.dump(windows, process.stdin)
            process.stdin.flush()
            found: Extraction = pickle.load(process.stdout)  # noqa: S301 - from our own process
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            self._process = None
            _end(process)
            raise ExtractionFailed(f"the process that helps to read ended ({process.poll()}): {error!r}") from error
        return found

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "memgraph.extract.helper"]
        process = self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
        weakref.finalize(self, _end, process)
        if process.stdin is not None:
            pickle.dump((self._ontology, self._pipeline), process.stdin)
        _log.info("process %d helps to read", process.pid)
        return process


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):  # what was still to be sent to a process that is gone
            if pipe is not None:
                pipe.close()
    process.wait()


def main() -> None:
    """Answer until the input ends."""
    from memgraph.extract.rules import RuleExtractor

    answers, sys.stdout = sys.stdout.buffer, sys.stderr  # nothing else may write there
    ontology, pipeline = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this one
    extractor = RuleExtractor(ontology, pipeline)
    while True:
        try:
            windows = pickle.load(sys.stdin.buffer)  # noqa: S301
        except EOFError:
            return
        pickle.dump(extractor.read(windows), answers)
        answers.flush()


if __name__ == "__main__":
    main()
