"""Matrices are multiplied by numpy's library in one thread."""

from __future__ import annotations

import functools
from contextlib import AbstractContextManager

from threadpoolctl import ThreadpoolController


@functools.cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()


def one_thread() -> AbstractContextManager[object]:
    """Within it a product takes one core: of matrices as small as ours, more gain little and then wait busily."""
    return _libraries().limit(limits=1, user_api="blas")  # pyright: ignore
