"""No link leads nowhere, whoever follows it."""

from __future__ import annotations

import pytest
import requests

from tests.browser.conftest import EVERYBODY, session_of
from tests.browser.crawl import Crawl
from tests.story.conftest import Site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("username", EVERYBODY)
def test_every_link_from_the_front_page_on_opens(site: Site, sessions: dict[str, str], username: str) -> None:
    http = requests.Session()
    if username:
        http.cookies.set("sessionid", session_of(site, username, sessions))
    crawl = Crawl(site.url, http, each=3 if username else 5).run()
    assert not crawl.dead, "\n".join(crawl.dead)
    assert len(crawl.opened) > 60
    assert "/admin/" in crawl.opened or username not in ("officer", "reviewer")
