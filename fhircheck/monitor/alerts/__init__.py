"""Who is told of a run and how: one receiver a file, each says itself what its table in a job file may hold."""

from typing import Any

from fhircheck.monitor.alerts.chat import Mattermost, Slack, Teams
from fhircheck.monitor.alerts.mail import Mail
from fhircheck.monitor.alerts.prometheus_textfile import PrometheusTextfile
from fhircheck.monitor.alerts.pushgateway import Pushgateway
from fhircheck.monitor.alerts.receiver import Receiver
from fhircheck.monitor.alerts.webhook import Webhook
from fhircheck.registry import Registry

ALERTS: Registry[Receiver] = Registry(
    "receivers of alerts",
    Webhook(),
    Slack(),
    Mattermost(),
    Teams(),
    Mail(),
    PrometheusTextfile(),
    Pushgateway(),
)


def alert_schema() -> dict[str, Any]:
    """The JSON Schema of one table of ``[[alerts]]``: what it may hold depends on its type."""
    kind = {"enum": list(ALERTS.names), "description": "How it is told."}
    return {
        "type": "object",
        "description": "Who is told, and how.",
        "required": ["type"],
        "properties": {"type": kind},
        "allOf": [
            {
                "if": {"type": "object", "required": ["type"], "properties": {"type": {"const": each.name}}},
                "then": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": list(each.required),
                    "properties": {"type": kind, **each.properties},
                },
            }
            for each in ALERTS
        ],
    }
