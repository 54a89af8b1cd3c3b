"""Training on the clock, with the annotators' spans alone or with a teacher's distributions beside them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from retrieval.training.features import SEP, Draws

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

    from retrieval.training.models import Batch, Logits

_LOG = logging.getLogger("retrieval.training")
_WARM_UP_SHARE = 0.05
_TEMPERATURE = 2.0
# What the annotators' spans count beside the teacher's distributions.
_GOLD_SHARE = 0.35
_MASKED = -1e4
_MOST_AHEAD = 8


@dataclass(frozen=True, slots=True)
class Stage:
    """How batches are drawn until this share of the time has gone; ``unanswerable`` multiplies the sources' shares."""

    until: float
    batch_size: int
    max_length: int
    unanswerable: float


@dataclass(frozen=True, slots=True)
class Plan:
    """For how long one model is trained, and how: peak rates of the encoder and of the span head."""

    seconds: float
    stages: tuple[Stage, ...]
    rate: float
    head_rate: float


def train(
    model: Module,
    logits: Callable[[Module, Batch], Logits],
    draws: Callable[[int], Sequence[Draws]],
    plan: Plan,
    *,
    teach: Callable[[Batch], Logits] | None = None,
) -> int:
    """Trains for the plan's time, and gives the number of questions seen.

    Rates rise over the first twentieth of the time and fall linearly to zero at its end: over time, not over steps, as
    machines differ. ``draws`` gives what the stage of that number draws from, each in a process of its own. Without
    ``teach`` the loss is the cross entropy of the start and end distributions with the annotators' shares; with it, .35 of
    that and .65 of the Kullback-Leibler divergence from the teacher's at temperature 2 (Hinton et al. 2015), over passage
    and [CLS].
    """
    import torch  # noqa: PLC0415 - extra "train"

    device = next(model.parameters()).device
    head = [parameter for name, parameter in model.named_parameters() if "qa_outputs" in name]
    body = [parameter for name, parameter in model.named_parameters() if "qa_outputs" not in name]
    groups = [{"params": body, "peak": plan.rate}, {"params": head, "peak": plan.head_rate}]
    optimiser = torch.optim.AdamW(groups, lr=plan.rate, weight_decay=0.01, fused=device.type == "cuda")
    model.train()
    begun, seen, step = time.monotonic(), 0, 0
    bounds = pairwise([0.0, *(stage.until for stage in plan.stages)])
    for number, (stage, (since, until)) in enumerate(zip(plan.stages, bounds, strict=True)):
        _LOG.info("%s from %.2f of %.0f s", stage, since, plan.seconds)
        for arrays in _ahead([one.iter_batches(stage.batch_size, **_drawn(stage)) for one in draws(number)]):
            share = (time.monotonic() - begun) / plan.seconds
            if share >= until:
                break
            batch = {name: torch.from_numpy(array).to(device, non_blocking=True) for name, array in arrays.items()}
            for group in optimiser.param_groups:
                group["lr"] = group["peak"] * min(1.0, share / _WARM_UP_SHARE) * (1 - share)
            with torch.autocast(device.type, dtype=torch.bfloat16):
                taught = None
                if teach is not None:
                    with torch.no_grad():
                        taught = teach(batch)
                found = logits(model, batch)
            loss = span_loss(found, batch)
            if taught is not None:
                loss = _GOLD_SHARE * loss + (1 - _GOLD_SHARE) * divergence(found, taught, batch)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
            seen += len(batch["ids"])
            step += 1
            if step % 400 == 0:
                _LOG.info("step %d  loss %.3f  %.0f a second", step, loss.item(), seen / (time.monotonic() - begun))
    model.eval()
    return seen


def _drawn(stage: Stage) -> dict[str, Any]:
    return {"max_length": stage.max_length, "unanswerable": stage.unanswerable}


def _ahead(
    sources: Sequence[Iterator[dict[str, NDArray[np.int64] | NDArray[np.float32]]]],
) -> Iterator[dict[str, NDArray[np.int64] | NDArray[np.float32]]]:
    """Their batches in turn, each made ahead in a process of its own, so that the model need not wait for them."""
    import torch  # noqa: PLC0415 - extra "train"

    context = torch.multiprocessing.get_context("fork")
    queues = [context.Queue(_MOST_AHEAD) for _ in sources]
    workers = [
        context.Process(target=_put, args=(source, queue), daemon=True)
        for source, queue in zip(sources, queues, strict=True)
    ]
    for worker in workers:
        worker.start()
    try:
        while True:
            for queue in queues:
                yield queue.get()
    finally:
        for worker in workers:
            worker.terminate()


def _put(source: Iterator[object], queue: Any) -> None:
    for batch in source:
        queue.put(batch)


def _support(batch: Batch) -> Tensor:
    """The tokens that may start or end an answer: those of the passage, and [CLS]."""
    support = (batch["types"] == 1) & (batch["mask"] == 1) & (batch["ids"] != SEP)
    support[:, 0] = True
    return support


def span_loss(found: Logits, batch: Batch) -> Tensor:
    """The mean cross entropy of both distributions with the annotators' shares."""
    import torch  # noqa: PLC0415 - extra "train"

    support = _support(batch)
    losses = [
        -(batch[name] * torch.log_softmax(logits.masked_fill(~support, _MASKED), -1)).sum(-1).mean()
        for name, logits in zip(("start", "end"), found, strict=True)
    ]
    return torch.stack(losses).mean()


def divergence(found: Logits, taught: Logits, batch: Batch) -> Tensor:
    """The mean Kullback-Leibler divergence of both distributions from the teacher's, times the temperature squared."""
    import torch  # noqa: PLC0415 - extra "train"

    support = _support(batch)
    losses = []
    for own, other in zip(found, taught, strict=True):
        mine = torch.log_softmax(own.masked_fill(~support, _MASKED) / _TEMPERATURE, -1)
        theirs = torch.log_softmax(other.masked_fill(~support, _MASKED) / _TEMPERATURE, -1)
        losses.append((theirs.exp() * (theirs - mine)).sum(-1).mean())
    return torch.stack(losses).mean() * _TEMPERATURE**2
