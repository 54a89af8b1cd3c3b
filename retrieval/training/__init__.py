"""Training of the models the library ships with; needs the extra ``train``, and nothing else imports it."""

from __future__ import annotations

__all__: list[str] = []
