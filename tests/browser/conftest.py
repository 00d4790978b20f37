"""One real server with the demonstration, and readers with a browser.

A test asks for `reader` and calls it: `page = reader("officer", width=360, dark=True)` is a Playwright page, signed in.
When the test ends, an error on a page's console, an exception in its scripts or a breach of the
Content-Security-Policy fails it.
All tests share the server: change what you need and no more, and expect others to have changed things before you.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests.story.conftest import Site, one_process_site

#: Names of signs-in that the demonstration makes; "" is a reader who is not signed in.
EVERYBODY = ("", "officer", "reviewer", "auditor")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`manage.py serve --with-demo` as a process, in its own folder, ready; the demonstration feed has been read."""
    site = one_process_site(tmp_path_factory.mktemp("site"))
    site.start()
    yield site
    site.kill()


# Of the package, not the session: Playwright's event loop makes Django refuse the database to tests that come after.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        assert path, "no chromium on this machine: apt-get install chromium"
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sessions() -> dict[str, str]:
    """The session cookie of each person who has signed in: one sign-in serves all tests."""
    return {}


def session_of(site: Site, username: str, sessions: dict[str, str]) -> str:
    """Sign in by the form and return the session cookie."""
    if username not in sessions:
        http = requests.Session()
        http.get(f"{site.url}/accounts/login/", timeout=30)
        fields = {
            "username": username,
            "password": site.password(username),
            "csrfmiddlewaretoken": http.cookies["csrftoken"],
        }
        http.post(f"{site.url}/accounts/login/", data=fields, timeout=30)
        sessions[username] = http.cookies["sessionid"]
    return sessions[username]


class Troubles(list[str]):
    """What went wrong on the pages of one test, as sentences."""

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.append(f"{error.page and error.page.url}: {error.error}"))
        context.on("requestfailed", self._on_failed)

    def _on_console(self, message: ConsoleMessage) -> None:
        page = message.page.url if message.page else ""
        # A page that is meant to answer 403 or 404 says so on the console too: that one is the test's own business.
        expected = message.location.get("url") == page and "Failed to load resource" in message.text
        if message.type == "error" and not expected:
            self.append(f"{page}: {message.text}")

    def _on_failed(self, request: Request) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):  # left before it was loaded
            self.append(f"{request.url}: {request.failure}")


Reader = Callable[..., Page]


@pytest.fixture
def reader(site: Site, chromium: Browser, sessions: dict[str, str]) -> Iterator[Reader]:
    """A maker of pages; paths may be given without the host: `page.goto("/lots/")`."""
    troubles, contexts = Troubles(), []

    def read(username: str = "", *, width: int = 1280, dark: bool = False, javascript: bool = True) -> Page:
        context = chromium.new_context(
            base_url=site.url,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        if username:
            value = session_of(site, username, sessions)
            context.add_cookies([{"name": "sessionid", "value": value, "url": site.url}])
        troubles.watch(context)
        contexts.append(context)
        return context.new_page()

    yield read
    for context in contexts:
        with suppress(Exception):  # a test may have closed it
            context.close()
    assert not troubles, "\n".join(troubles)


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """The folder of the README's pictures."""
    return Path(__file__).resolve().parents[2] / "docs" / "screenshots"
