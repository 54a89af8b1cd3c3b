"""GraphiQL in a real Chromium that can reach this machine only: Run answers the sample question, and nothing leaves."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page, sync_playwright

from api.cli.sample import SAMPLE_QUESTION
from api.http.examples import EXAMPLES
from retrieval.archive import Archive
from tests.conftest import missing

ROOT = Path(__file__).parents[2]
OUTPUT = ROOT / "build" / "screenshots"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, seed_path: Path) -> Iterator[str]:
    """A server over the seed."""
    folder = tmp_path_factory.mktemp("browser")
    with Archive.open(folder / "seed.db") as archive:
        archive.ingest([seed_path])
    command = [sys.executable, "-m", "api.cli.main", "serve", "--port", "0", "--archive", str(folder / "seed.db")]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
            assert found, (folder / "log").read_text()
            yield found[0]
        finally:
            process.terminate()


class Visit:
    """A page, and what it asked for and complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":  # a refusal of the content security policy is one
            self.complaints.append(message.text)


@pytest.fixture
def visit() -> Iterator[Visit]:
    """A fresh browser with an empty profile."""
    executable = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if executable is None:
        missing("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1500, "height": 1000})
        page.set_default_timeout(20_000)
        yield Visit(page)
        browser.close()


def test_run_shows_the_cited_answer_without_any_outside_host(address: str, visit: Visit, seed_text: str) -> None:
    page = visit.page
    page.goto(address)
    page.get_by_role("button", name="Execute query").click()
    result = page.locator(".result-window .CodeMirror")
    result.get_by_text("CONFLICTING").wait_for()
    shown = result.evaluate("element => element.CodeMirror.getValue()")
    OUTPUT.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=OUTPUT / "graphiql.png")

    assert SAMPLE_QUESTION in page.content()
    assert "The New York Times" in shown
    spans = re.findall(r'"text": "(.*)",\s+"span": {\s+"start": (\d+),\s+"end": (\d+)', shown)
    assert spans
    for text, start, end in spans:
        assert seed_text[int(start) : int(end)] == text.encode().decode("unicode_escape") or '\\"' in text
    assert visit.complaints == []
    assert {url for url in visit.requests if not url.startswith((f"{address}/", "data:"))} == set()
    assert f"{address}/graphql" in visit.requests


def run_tab(page: Page, name: str, expected: str) -> str:
    """What the tab's operation shows, once that holds ``expected``."""
    place = next(n for n, example in enumerate(EXAMPLES) if f" {name} {{" in example)
    page.get_by_role("tab").nth(place).click()
    page.wait_for_timeout(500)  # the editor reads the operations a moment after it shows them
    page.screenshot(path=OUTPUT / f"graphiql-{name}.png")
    page.get_by_role("button", name="Execute query").click()
    result = page.locator(".result-window .CodeMirror")
    result.get_by_text(expected).first.wait_for()
    shown: str = result.evaluate("element => element.CodeMirror.getValue()")
    return shown


def open_page(page: Page, address: str) -> None:
    """Go there, and wait until the schema is known."""
    with page.expect_response(f"{address}/graphql"):
        page.goto(address)


def test_every_tab_runs(address: str, visit: Visit) -> None:
    open_page(visit.page, address)
    for example in EXAMPLES[:-1]:
        (name,) = re.findall(r"query (\w+)", example)
        shown = run_tab(visit.page, name, '"data"')
        assert '"errors"' not in shown, name
    assert visit.complaints == []


def test_a_subscription_works_in_the_page(address: str, visit: Visit) -> None:
    open_page(visit.page, address)
    run_tab(visit.page, "AsItComes", '"AskCompleted"')
    visit.page.screenshot(path=OUTPUT / "graphiql-subscription.png")
    assert visit.complaints == []


def test_the_documentation_shows_the_schema_and_dialogs_are_styled(address: str, visit: Visit) -> None:
    page = visit.page
    page.goto(address)
    page.get_by_role("button", name="Show Documentation Explorer").click()
    page.get_by_text("Mutation").first.wait_for()
    page.get_by_role("button", name="Open short keys dialog").click()
    page.get_by_role("dialog").wait_for()
    page.screenshot(path=OUTPUT / "graphiql-dialog.png")
    assert visit.complaints == []


def test_nothing_outside_can_be_reached(visit: Visit, address: str) -> None:
    visit.page.goto(address)
    assert visit.page.evaluate("fetch('https://example.org/').then(() => 'reached', () => 'blocked')") == "blocked"
