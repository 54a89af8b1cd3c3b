"""A language model behind an OpenAI-compatible endpoint, through Haystack.

Haystack is imported with the first question; its telemetry must be off before that: the process sets
``HAYSTACK_TELEMETRY_ENABLED=false``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol

from retrieval.errors import GeneratorError
from retrieval.models import GenerationFailure

_LOOKS_EVERY_SECONDS = 0.05
_DENIED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class Generator(Protocol):
    """Something that writes text as it is told."""

    @property
    def model(self) -> str:
        """What it is called."""
        ...

    def write(self, instructions: str, task: str, *, check: Callable[[], None]) -> str:
        """The text that it writes. ``check`` is called now and then, perhaps in another thread, and may raise to stop it.

        Raises:
            GeneratorError: it wrote none.
        """
        ...


@dataclass(frozen=True, slots=True)
class ChatGenerator:
    """A model of an OpenAI-compatible endpoint; ``timeout_seconds`` is for all of an answer. Nothing is tried twice."""

    base_url: str
    model: str
    key: str | None = field(default=None, repr=False)
    timeout_seconds: float = 8.0

    def write(self, instructions: str, task: str, *, check: Callable[[], None]) -> str:
        """As `Generator`; a request that is stopped is broken off."""
        # a loop of its own in a thread of its own: whoever asks may be inside another loop
        with ThreadPoolExecutor(1, thread_name_prefix="generator") as executor:
            return executor.submit(asyncio.run, self._write(instructions, task, check)).result()

    async def _write(self, instructions: str, task: str, check: Callable[[], None]) -> str:
        import openai  # noqa: PLC0415 -- see above
        from haystack.components.generators.chat import OpenAIChatGenerator  # noqa: PLC0415
        from haystack.dataclasses import ChatMessage  # noqa: PLC0415
        from haystack.utils import Secret  # noqa: PLC0415

        generator = OpenAIChatGenerator(
            api_key=Secret.from_token(self.key or "none"),
            model=self.model,
            api_base_url=self.base_url,
            timeout=self.timeout_seconds,
            max_retries=0,
        )
        messages = [ChatMessage.from_system(instructions), ChatMessage.from_user(task)]
        work = asyncio.ensure_future(generator.run_async(messages))
        try:
            async with asyncio.timeout(self.timeout_seconds):
                while not work.done():
                    await asyncio.wait({work}, timeout=_LOOKS_EVERY_SECONDS)
                    check()
            reply = work.result()["replies"][0]
        except (TimeoutError, openai.APITimeoutError) as error:
            raise GeneratorError(GenerationFailure.TIMED_OUT) from error
        except openai.APIConnectionError as error:
            raise GeneratorError(GenerationFailure.UNREACHABLE) from error
        except openai.APIStatusError as error:
            raise GeneratorError(_failure_of(error.status_code)) from error
        except (openai.OpenAIError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise GeneratorError(GenerationFailure.MALFORMED) from error  # what came is no chat completion
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await generator.close_async()
        if reply.meta.get("finish_reason") == "content_filter":
            raise GeneratorError(GenerationFailure.REFUSED)
        if not (reply.text or "").strip():
            raise GeneratorError(GenerationFailure.EMPTY)
        return str(reply.text)


def _failure_of(status: int) -> GenerationFailure:
    if status in _DENIED:
        return GenerationFailure.ACCESS_DENIED
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return GenerationFailure.RATE_LIMITED
    return GenerationFailure.SERVICE_ERROR
