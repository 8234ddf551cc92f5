"""The figures of each run to a Prometheus Pushgateway (https://github.com/prometheus/pushgateway)."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fhircheck.model.errors import UsageError
from fhircheck.monitor.alerts.http_delivery import check_url, deliver, url_of
from fhircheck.monitor.alerts.metrics_text import metrics_text
from fhircheck.monitor.alerts.receiver import COMMON, DELIVERY, REFERENCE, Snapshot, Table, check_secret, secret

_LABEL = {"type": "string", "pattern": "^(?!\\.+$)[^/]+$"}
_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Pushgateway:
    """A PUT to the group of job and instance: the figures of the run before are replaced."""

    name = "prometheus-pushgateway"
    summary = "The figures of each run to a Prometheus Pushgateway."
    every_run = True
    properties: Mapping[str, Any] = {
        **COMMON,
        "url": {"type": "string", "minLength": 1, "description": "Address of the Pushgateway, or where it is."},
        "job": {**_LABEL, "description": "Label job.  [default: fhircheck]"},
        "instance": {**_LABEL, "description": "Label instance.  [default: the job's name]"},
        "user": {"type": "string", "minLength": 1, "description": "Name to sign in with."},
        "secret": {**REFERENCE, "description": "Where the password is: env:NAME, file:PATH or keyring:SERVICE/USER."},
        **DELIVERY,
    }
    required: tuple[str, ...] = ("url",)

    def check(self, table: Table) -> None:
        """Raises UsageError for an address or a secret that cannot be used."""
        if ("user" in table) != ("secret" in table):
            raise UsageError("user and secret belong together: who signs in, and where the password is")
        check_url(table)
        check_secret(table, "secret")

    def publish(self, table: Table, snapshot: Snapshot) -> None:
        """PUT the figures."""
        headers = {"Content-Type": _TYPE}
        if "user" in table:
            pair = f"{table['user']}:{secret(table, 'secret')}".encode()
            headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
        job, instance = str(table.get("job", "fhircheck")), str(table.get("instance", snapshot.run.series))
        url = f"{url_of(table).rstrip('/')}/metrics/job/{quote(job, safe='')}/instance/{quote(instance, safe='')}"
        deliver("PUT", url, metrics_text(snapshot).encode(), headers, table)
