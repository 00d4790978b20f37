"""Takes the README's pictures anew: `python -m tests.browser.take_screenshots`.

It starts the site with the demonstration in a folder of its own, plays the story up to the approval, and looks.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.story.conftest import Site, one_process_site, signed_in, until
from tests.story.play import governance
from tests.story.test_story import approve, make_it_an_instrument

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
#: Name of the picture, who looks, where, and how much of the page in CSS pixels.
PICTURES = (
    ("front", "", "/", 900),
    ("country", "", "/countries/TH/", 900),
    ("why", "", "/countries/TH/governance/", 900),
    ("lot", "auditor", "/lots/TH-CMP-0007/#origin", 1000),
)


def take(page: Page, name: str, height: int) -> None:
    """Save what is on the screen, in 128 colours: small enough to live in the repository."""
    page.set_viewport_size({"width": 1280, "height": height})
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").quantize(128).save(FOLDER / f"{name}.png", optimize=True)


def play(site: Site, chromium: Browser) -> None:
    officer, reviewer = (signed_in(chromium, site, name) for name in ("officer", "reviewer"))
    until(lambda: officer.reload() and officer.get_by_text("flag to judge").count(), seconds=60, what="a flag")
    officer.goto("/admin/registry/flag/?show=all&country=TH")
    take(officer, "desk", 900)
    officer.goto("/admin/")
    approve(reviewer, make_it_an_instrument(officer))
    until(lambda: governance(site) == 3, seconds=60, what="Thailand's governance of 3")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    path = shutil.which("chromium")
    assert path, "no chromium on this machine: apt-get install chromium"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = one_process_site(Path(folder))
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        try:
            site.start()
            play(site, chromium)
            for name, username, address, height in PICTURES:
                page = signed_in(chromium, site, username) if username else chromium.new_page(base_url=site.url)
                page.goto(address)
                take(page, name, height)
        finally:
            site.kill()
            chromium.close()


if __name__ == "__main__":
    main()
