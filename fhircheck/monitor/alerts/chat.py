"""Alerts to a channel of Slack, Mattermost or Microsoft Teams, each in its own form, by incoming webhook.

Their addresses are secrets: whoever knows one can write to the channel. So they are named by where they are.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from fhircheck.model.alert import AlertMessage
from fhircheck.monitor.alerts.http_delivery import check_url, deliver, url_of
from fhircheck.monitor.alerts.receiver import DELIVERY, REFERENCE, TOLD, Table
from fhircheck.report.alert_words import facts_line, item_lines, link_word, title

_URL = {**REFERENCE, "description": "Where the webhook's address, a secret, is: env:NAME, file:PATH or keyring:..."}
_PROPERTIES: Mapping[str, Any] = {**TOLD, "url": _URL, **DELIVERY}
_MARKDOWN = str.maketrans({each: f"\\{each}" for each in "\\`*_{}[]<>()#+-.!|~@:&"})
Form = dict[str, Any]


class _Chat(ABC):
    """A channel: one POST of JSON."""

    name = ""
    every_run = False
    properties: Mapping[str, Any] = _PROPERTIES
    required: tuple[str, ...] = ("url",)

    def check(self, table: Table) -> None:
        """Raises UsageError for an address that cannot be used."""
        check_url(table)

    def send(self, table: Table, message: AlertMessage, language: str) -> str:
        """POST the message."""
        body = json.dumps(self.form(message, language), ensure_ascii=False).encode()
        deliver("POST", url_of(table), body, {"Content-Type": "application/json; charset=utf-8"}, table)
        return ""

    @abstractmethod
    def form(self, message: AlertMessage, language: str) -> Form:
        """The message as the channel wants it."""


class Slack(_Chat):
    """Slack: a short text for notifications, and blocks (https://docs.slack.dev/reference/block-kit)."""

    name = "slack"
    summary = "A message in a Slack channel, by incoming webhook."

    def form(self, message: AlertMessage, language: str) -> Form:
        """Header, a section for each item, the run's facts below."""
        head = title(message, language)
        texts = [_slack(line) for line in item_lines(message, language)]
        below = _slack(facts_line(message, language))
        if message.link:
            below += f"  <{_slack(message.link).replace('|', '%7C')}|{link_word(language)}>"
        blocks: list[Form] = [{"type": "header", "text": {"type": "plain_text", "text": head[:150], "emoji": False}}]
        blocks += [{"type": "section", "text": {"type": "mrkdwn", "text": each[:3000]}} for each in texts]
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": below[:3000]}]})
        return {"text": _slack(head), "blocks": blocks}


def _slack(text: str) -> str:
    """Text without markup: the three characters Slack asks to escape, and those that would format."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"{each}\u200b" if each in "*_~`" else each for each in plain)


class Mattermost(_Chat):
    """Mattermost: Markdown (https://developers.mattermost.com/integrate/webhooks/incoming/)."""

    name = "mattermost"
    summary = "A message in a Mattermost channel, by incoming webhook."

    def form(self, message: AlertMessage, language: str) -> Form:
        """Title, a list of items, the run's facts below."""
        lines = [f"#### {_markdown(title(message, language))}"]
        lines += [f"- {_markdown(line)}" for line in item_lines(message, language)]
        lines += ["", _markdown(facts_line(message, language))]
        if message.link:
            lines.append(f"[{link_word(language)}](<{message.link.replace('>', '%3E').replace('<', '%3C')}>)")
        return {"text": "\n".join(lines)}


def _markdown(text: str) -> str:
    return text.translate(_MARKDOWN)


class Teams(_Chat):
    """Microsoft Teams: an Adaptive Card, as its workflows take it (https://adaptivecards.io/explorer/)."""

    name = "teams"
    summary = "An Adaptive Card in a Microsoft Teams channel, by a workflow's webhook."

    def form(self, message: AlertMessage, language: str) -> Form:
        """Title, a paragraph for each item, the run's facts below: runs of text, which hold no markup."""
        body = [_paragraph(title(message, language), weight="bolder", size="large")]
        body += [_paragraph(line) for line in item_lines(message, language)]
        body.append(_paragraph(facts_line(message, language), isSubtle=True))
        card: Form = {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.4",
            "body": body,
        }
        if message.link:
            card["actions"] = [{"type": "Action.OpenUrl", "title": link_word(language), "url": message.link}]
        kind = "application/vnd.microsoft.card.adaptive"
        return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": card}]}


def _paragraph(text: str, **style: Any) -> Form:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}
