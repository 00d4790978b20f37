"""The main job as people do it: by HTTP, in the desk's forms and the mails' links."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import requests

from tests.story.conftest import Site, until

COMPONENT = "TH-CMP-0007"


class Form(HTMLParser):
    """The fields of the page's forms as a browser would send them unchanged."""

    def __init__(self, html: str, action: str = "") -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self.wanted, self.inside, self.select, self.area = action, not action, "", ""
        self.chosen: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form" and self.wanted:
            self.inside = self.wanted in found.get("id", "") + " " + found.get("action", "")
        if not self.inside or "disabled" in found:
            return
        name, kind = found.get("name", ""), found.get("type", "text")
        if tag == "input" and name and kind not in {"submit", "button", "image", "file"}:
            if kind not in {"checkbox", "radio"} or "checked" in found:
                self.fields.append((name, found.get("value", "on" if kind == "checkbox" else "")))
        elif tag == "select":
            self.select, self.chosen = name, None
        elif tag == "option" and self.select and "selected" in found:
            self.fields.append((self.select, found.get("value", "")))
            self.chosen = found.get("value")
        elif tag == "textarea":
            self.area = name
            self.fields.append((name, ""))

    def handle_data(self, data: str) -> None:
        if self.area:
            name, value = self.fields[-1]
            self.fields[-1] = (name, value + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area:
            name, value = self.fields[-1]
            self.fields[-1] = (name, value.removeprefix("\r\n").removeprefix("\n"))
            self.area = ""
        if tag == "select":
            self.select = ""
        if tag == "form" and self.wanted:
            self.inside = False


class Person:
    """Someone with a browser."""

    def __init__(self, site: Site, username: str = "") -> None:
        self.site, self.http = site, requests.Session()
        if username:
            fields = {"username": username, "password": site.password(username), "next": "/healthz"}
            page = self.post("/accounts/login/", fields)
            assert page.text == "ok\n", page.text[:500]

    def get(self, path: str) -> requests.Response:
        return self.http.get(self.site.url + path, timeout=30)

    def post(self, path: str, fields: Any, *, form: str = "") -> requests.Response:
        """Send a form of the page at ``path``, or of the page ``form``, with the token that stands there."""
        page = self.get(form or path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token, f"{path} has no form: {page.status_code} {page.text[:300]}"
        items = fields if isinstance(fields, list) else list(fields.items())
        items = [item for item in items if item[0] != "csrfmiddlewaretoken"]
        sent = [*items, ("csrfmiddlewaretoken", token[1])]
        return self.http.post(self.site.url + path, data=sent, timeout=30, headers={"Referer": self.site.url + path})


def governance(site: Site) -> int:
    """Thailand's, by the API."""
    card = requests.get(f"{site.url}/api/v1/scorecard/", timeout=30).json()
    return int(next(row["governance"] for row in card["countries"] if row["country"] == "TH"))


def subscribe(site: Site, email: str = "reader@example.org") -> None:
    ask_to_subscribe(site, email)
    confirm(site, email)


def ask_to_subscribe(site: Site, email: str) -> None:
    Person(site).post("/subscribe/", {"email": email, "country": "TH", "domain": ""})


def confirm(site: Site, email: str) -> None:
    """Open the mailed link, which changes nothing, and press its button."""
    mail = until(lambda: asked_to_confirm(site, email), seconds=30, what="a mail to confirm")[0]
    link = re.search(r"http://\S+/subscribe/confirm/\S+", mail.get_body(("plain",)).get_content())
    assert link
    path, reader = link[0].removeprefix(site.url), Person(site)
    assert "Confirm" in reader.get(path).text
    reader.post(path, {})


def asked_to_confirm(site: Site, email: str) -> list[Any]:
    return [mail for mail in site.mails("Confirm") if email in mail["To"]]


def told(site: Site) -> list[Any]:
    """The messages of the change that a subscriber to Thailand waits for."""
    return [mail for mail in site.mails("Thailand") if "overnance" in mail["Subject"]]


def open_flag(officer: Person) -> str | None:
    """The public id of the flag on the Thai licence, once the worker has raised it."""
    page = officer.get("/admin/registry/flag/?show=all&country=TH").text
    found = re.search(r"/admin/registry/instrument/add/\?flag=(f-[0-9a-f]+)", page)
    return found[1] if found else None


def traced(site: Site) -> dict[str, Any]:
    answer = requests.get(f"{site.url}/api/v1/lots/{COMPONENT}/trace/?element=Nd", timeout=30)
    result: dict[str, Any] = json.loads(answer.text)
    return result
