"""Trains a span reader: a large teacher first, then the small student from its distributions.

``python -m retrieval.training.reader --examples FILE --teacher model.safetensors --student model.safetensors --out RUN``
"""

from __future__ import annotations

import argparse
import logging
import shutil
from functools import partial
from pathlib import Path

import numpy as np

from retrieval.span_reader.reader import WEIGHTS
from retrieval.training.distillation import Plan, Stage, train
from retrieval.training.examples import Examples
from retrieval.training.features import Draws
from retrieval.training.mixture import SHARES
from retrieval.training.models import load_student, load_teacher, save_student, student_logits, teacher_logits

_LOG = logging.getLogger("retrieval.training")
_TEACHER_STAGES = (Stage(0.6, 96, 160, 0.8), Stage(1.0, 80, 224, 1.1))
_STUDENT_STAGES = (Stage(0.5, 160, 160, 1.1), Stage(1.0, 128, 224, 1.2))


def train_reader(
    *,
    examples: Path,
    teacher: Path,
    student: Path,
    out: Path,
    teacher_minutes: float,
    minutes: float,
    rate: float,
    head_rate: float,
    workers: int,
    seed: int,
) -> None:
    """Leaves ``model.safetensors``, ``config.json`` and ``tokenizer.json`` of the student in ``out``.

    Runs on the GPU where there is one. The teacher's rates are 4e-5 and 3e-4 for its new head.
    """
    import torch  # noqa: PLC0415 - extra "train"

    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(seed)
    torch.backends.cuda.matmul.allow_tf32 = True
    # Its attention plans anew for every length of a batch: .23 s a step in place of .06 on an H100.
    torch.backends.cuda.enable_cudnn_sdp(False)
    known = Examples.load(examples)
    _LOG.info("%d questions over %d passages, on %s", len(known.questions), len(known.passages), device)

    def draws(first_seed: int, stage: int) -> list[Draws]:
        seeds = ([first_seed, stage, worker] for worker in range(workers))
        return [Draws(known, SHARES, chance=np.random.default_rng(one)) for one in seeds]

    large = load_teacher(teacher).to(device)
    plan = Plan(60 * teacher_minutes, _TEACHER_STAGES, 4e-5, 3e-4)
    seen = train(large, teacher_logits, partial(draws, seed), plan)  # type: ignore[arg-type]
    _LOG.info("the teacher has seen %d questions", seen)
    small = load_student(student).to(device)
    plan = Plan(60 * minutes, _STUDENT_STAGES, rate, head_rate)
    seen = train(small, student_logits, partial(draws, seed + 1), plan, teach=partial(teacher_logits, large))  # type: ignore[arg-type]
    _LOG.info("the student has seen %d questions", seen)
    save_student(small, out)
    shutil.copyfile(WEIGHTS / "tokenizer.json", out / "tokenizer.json")


def main() -> None:
    """Reads the command line and trains."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=Path, required=True, help="what retrieval.training.preparation wrote")
    parser.add_argument("--teacher", type=Path, required=True, help="model.safetensors of all-mpnet-base-v2, or packed")
    parser.add_argument("--student", type=Path, required=True, help="weights that the student starts from, or packed")
    parser.add_argument("--out", type=Path, required=True, help="folder for the trained model")
    parser.add_argument("--teacher-minutes", type=float, default=3.0, help="wall-clock time for the teacher")
    parser.add_argument("--minutes", type=float, default=4.25, help="wall-clock time for the student")
    parser.add_argument("--rate", type=float, default=4e-4, help="the student's peak rate; 2.5e-4 to go on from a run")
    parser.add_argument("--head-rate", type=float, default=1e-3, help="that of its span head; 5e-4 to go on")
    parser.add_argument("--workers", type=int, default=8, help="processes that draw examples")
    parser.add_argument("--seed", type=int, default=7)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    train_reader(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
