"""GraphiQL, served from files beside this module: no outside host, no inline script."""

from __future__ import annotations

import html
import secrets
from pathlib import Path
from string import Template

import orjson
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from api.http.examples import EXAMPLES

_FOLDER = Path(__file__).parents[1] / "static" / "graphiql"
_PAGE = Template((_FOLDER / "page.html").read_text(encoding="utf-8"))

# The nonce is for the one style element that GraphiQL's dialogs insert to stop the page behind them from scrolling.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def graphiql_page() -> Response:
    """The page, opening with a tab for each example."""
    nonce = secrets.token_urlsafe(16)
    tabs = orjson.dumps([{"query": example} for example in EXAMPLES]).decode()
    values = {"tabs": tabs, "nonce": nonce}
    body = _PAGE.substitute({name: html.escape(value, quote=True) for name, value in values.items()})
    headers = {"Content-Security-Policy": _POLICY.format(nonce=nonce), "Cache-Control": "no-store", "Vary": "Accept"}
    return Response(body, media_type="text/html", headers=headers)


def graphiql_files() -> Mount:
    """The route of the page's scripts and styles."""
    return Mount("/static/graphiql", StaticFiles(directory=_FOLDER), name="graphiql")
