"""The figures of each run in a file for node_exporter's textfile collector."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fhircheck.model.errors import UsageError
from fhircheck.monitor.alerts.metrics_text import metrics_text
from fhircheck.monitor.alerts.receiver import COMMON, NotDelivered, Snapshot, Table
from fhircheck.transport.whole_file import whole_file


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
        try:
            # mode: another user's node_exporter reads it; it holds figures alone
            with whole_file(Path(str(table["file"])), mode=0o644) as file:
                file.write(metrics_text(snapshot).encode("utf-8"))
        except OSError as fault:
            raise NotDelivered(f"file: {(fault.strerror or 'cannot be written').lower()}") from None
