"""Another time for one module: where `time` itself were patched, every thread of the process would stop pausing."""

import time
from collections.abc import Callable
from types import ModuleType, SimpleNamespace

import pytest


def set_time(monkeypatch: pytest.MonkeyPatch, module: ModuleType, **functions: Callable[..., object]) -> None:
    """What `module` sees as `time`: its functions, and these in their place."""
    monkeypatch.setattr(module, "time", SimpleNamespace(**{**vars(time), **functions}))
