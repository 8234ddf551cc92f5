"""The figures of each run in a file for node_exporter's textfile collector."""

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fhircheck.model.errors import UsageError
from fhircheck.monitor.alerts.metrics_text import metrics_text
from fhircheck.monitor.alerts.receiver import COMMON, NotDelivered, Snapshot, Table


class PrometheusTextfile:
    """A ``*.prom`` file, put in place whole: node_exporter never reads a half one."""

    name = "prometheus-textfile"
    summary = "The figures of each run in a file for node_exporter's textfile collector."
    every_run = True
    properties: Mapping[str, Any] = {
        **COMMON,
        "file": {"type": "string", "pattern": "\\.prom$",
                 "description": "File in the folder of --collector.textfile.directory; its name ends in .prom."},
    }  # fmt: skip
    required: tuple[str, ...] = ("file",)

    def check(self, table: Table) -> None:
        """Raises UsageError where the folder is missing or cannot be written to."""
        folder = Path(str(table["file"])).parent
        if not folder.is_dir():
            raise UsageError("file: there is no such folder")
        if not os.access(folder, os.W_OK):
            raise UsageError("file: its folder cannot be written to")

    def publish(self, table: Table, snapshot: Snapshot) -> None:
        """Write the file beside its place and move it there (node_exporter's collector reads only ``*.prom``)."""
        target = Path(str(table["file"]))
        try:
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        except OSError as fault:
            raise NotDelivered(f"file: {(fault.strerror or 'cannot be written').lower()}") from None
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(metrics_text(snapshot))
            os.chmod(name, 0o644)  # another user's node_exporter reads it; it holds figures alone
            os.replace(name, target)
        except OSError as fault:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise NotDelivered(f"file: {(fault.strerror or 'cannot be written').lower()}") from None
