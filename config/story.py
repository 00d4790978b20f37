"""The main job as one story, played through the services that the desk, the worker and the pages use."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from io import StringIO
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from alerts.selectors import get_health
from alerts.services import subscriptions
from config.first_sign_in import CAST
from config.wsgi import application
from jobs.services import run_due
from ledger.commands import settle
from ledger.selectors import verify
from registry.models import Flag, Instrument, Measure, StatusEvent, User
from registry.prefilling import prefill_of
from registry.services.drafting import draft_from_news
from registry.services.instruments import Draft, approve, submit
from scoring.arguments import Point
from scoring.models import ScoreChange
from scoring.selectors import get_card

#: The component at the end of the demonstration chain.
COMPONENT = "TH-CMP-0007"


class StoryFailed(Exception):
    """A step did not end as it should."""


class Story:
    """Plays the steps in order, saying what each found and how long it took."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say

    def play(self) -> None:
        started = time.monotonic()
        steps = (self.set_up, self.show_card, self.read_news, self.subscribe, self.log_measure, self.tell, self.audit)
        for number, step in enumerate(steps, start=1):
            began = time.monotonic()
            self.say(f"\n{number}. {step.__doc__}")
            step()
            self.say(f"   ({time.monotonic() - began:.1f} s)")
        self.say(f"\nAll of it came true, in {time.monotonic() - started:.1f} s.")

    def set_up(self) -> None:
        """A scratch database, the paper's facts, and the demonstration chain."""
        call_command("migrate", verbosity=0)
        for name in ("load_reference", "load_demo"):
            self._tell(f"{name}: {_output(name)}")
        _serve(settings.PORT)

    def show_card(self) -> None:
        """The scorecard, worked out from the facts alone."""
        for line in _output("scorecard").splitlines():
            self._tell(line)
        self.before = self._level()
        self._expect(self.before == 2, f"Thailand's governance is {self.before}, and 2 was expected")

    def read_news(self) -> None:
        """The worker polls the demonstration feed; one entry becomes a flag with its reasons."""
        self._tell(_output("poll_feeds", feed="demo-wire"))
        flags = list(Flag.objects.filter(state="open", country="TH", measure="export_licence"))
        self._expect(len(flags) == 1, f"one flag on a Thai export licence was expected, there are {len(flags)}")
        self.flag = flags[0]
        self._tell(f"flagged: {self.flag.entry.title} (score {self.flag.score})")
        for reason in self.flag.reasons:
            text = f": {reason['text']}" if reason["text"] else ""
            self._tell(f"  {float(reason['weight']):+.2f}  {reason['rule']}{text}")

    def subscribe(self) -> None:
        """A reader asks to hear of Thailand, and confirms by the mailed link."""
        subscription = subscriptions.ask(email="reader@example.org", country="TH")
        subscriptions.confirm(subscription=subscription)
        _work()
        self._expect(len(self._mails()) == 1, "one mail to confirm was expected")

    def log_measure(self) -> None:
        """The officer turns the flag into an instrument, a reviewer approves it."""
        officer, reviewer = (User.objects.get(username=person.username) for person in CAST[:2])
        instrument = self._draft(officer)
        submit(instrument=instrument, by=officer)
        version = approve(instrument=Instrument.objects.get(pk=instrument.pk), by=reviewer, reason="checked")
        self._tell(f"{instrument.instrument_id} v{version.number}, log entry {version.recorded_entry_id}")

    def tell(self) -> None:
        """Governance moves, the cause is on record, and the reader has one message."""
        _work()
        self._expect(self._level() == 3, f"Thailand's governance is {self._level()}, and 3 was expected")
        change = ScoreChange.objects.get(country="TH", domain="governance")
        self._tell(change.sentence)
        told = [mail for mail in self._mails() if "governance" in mail]
        self._expect(len(told) == 1, f"one message was expected, there are {len(told)}")
        self._tell(f"told once: {told[0]}")

    def audit(self) -> None:
        """The auditor traces a component, reads the findings, and checks the log."""
        traced = json.loads(_output("trace", COMPONENT, element="Nd", format="json"))
        for origin in traced["origins"]:
            self._tell(f"neodymium from {origin['facility'] or 'unknown'} ({origin['country']}): {origin['share']}")
        countries = {origin["country"] for origin in traced["origins"]}
        self._expect(len(countries) > 1, "neodymium of two countries was expected")
        self._expect("export-banned" in traced["findings"], "a shipment during a ban was expected among the findings")
        self._tell(f"findings: {', '.join(traced['findings'])}")
        exposed = json.loads(_output("exposure", country="TH", hs="2846", mineral="rare_earths", format="json"))
        lots = {row["lot"] for row in exposed["lots"]}
        self._expect(COMPONENT in lots, "the new measure was expected to touch the component")
        self._tell(f"the new measure touches {len(lots)} lots that are held, {COMPONENT} among them")
        verdict = verify()
        self._expect(verdict.ok, f"the log is not intact: {verdict.reason}")
        self._tell(f"log intact: {verdict.entries} entries, root {verdict.root[:16]}…")

    def _draft(self, officer: User) -> Instrument:
        fill = prefill_of(self.flag)
        values: dict[str, Any] = dict(fill.instrument)
        values["country_id"] = values.pop("country", self.flag.country_id)
        measure, events = Measure(**fill.measure), [StatusEvent(**_columns(event)) for event in fill.events]
        draft = Draft(Instrument(**values), [measure], events)
        return draft_from_news(draft=draft, flag=self.flag, by=officer, reason="from the news")

    def _level(self) -> int | None:
        return get_card(Point(timezone.localdate())).cell("TH", "governance").level

    def _mails(self) -> list[str]:
        """Subjects."""
        paths = sorted(settings.MAIL_DIR.glob("*.eml"))
        return [str(message_from_bytes(path.read_bytes(), policy=policy.default)["Subject"]) for path in paths]

    def _tell(self, text: str) -> None:
        self.say(f"   {text}")

    def _expect(self, came_true: bool, otherwise: str) -> None:
        if not came_true:
            raise StoryFailed(otherwise)


def _columns(event: Any) -> dict[str, str]:
    return {"status": event.status.value, "since": event.since, "basis": event.basis.value}


def _work() -> None:
    """What the worker would do: all that is due now, and what is told when it has settled."""
    settle()
    ends = time.monotonic() + 60
    while run_due() or (get_health().oldest and time.monotonic() < ends):
        time.sleep(0.1)
    settle()


def _output(command: str, *arguments: str, **options: Any) -> str:
    out = StringIO()
    try:
        call_command(command, *arguments, stdout=out, **options)
    except SystemExit as error:
        raise StoryFailed(f"{command} ended with {error.code}: {out.getvalue().strip()}") from error
    return out.getvalue().strip()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


def _serve(port: int) -> None:
    """Serve the site to itself, so that its feed is fetched by the ordinary client."""
    server = make_server("127.0.0.1", port, application, handler_class=_Quiet)
    Thread(target=server.serve_forever, daemon=True).start()
