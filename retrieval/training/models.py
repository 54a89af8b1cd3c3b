"""Teacher and student as torch models with logits over the same tokens."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.errors import WeightsError
from retrieval.training.packing import Weights, read_weights

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import BertForQuestionAnswering, MPNetForQuestionAnswering

Batch = Mapping[str, "Tensor"]
Logits = tuple["Tensor", "Tensor"]

# A repackaging is trusted only while its weights are those of the publisher.
TEACHER_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
_TEACHER = {
    "vocab_size": 30527,
    "max_position_embeddings": 514,
    "layer_norm_eps": 1e-5,
    "relative_attention_num_buckets": 32,
    "bos_token_id": 0,
    "pad_token_id": 1,
    "eos_token_id": 2,
    "hidden_dropout_prob": 0.05,
    "attention_probs_dropout_prob": 0.05,
}
_STUDENT = {
    "vocab_size": 30522,
    "hidden_size": 384,
    "num_hidden_layers": 6,
    "num_attention_heads": 12,
    "intermediate_size": 1536,
    "max_position_embeddings": 512,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}


def load_teacher(path: Path) -> MPNetForQuestionAnswering:
    """MPNet with a new span head, from all-mpnet-base-v2 (Apache-2.0): its ``model.safetensors``, or packed.

    Raises:
        WeightsError: the file is another, or weights are missing.
    """
    from transformers import MPNetConfig, MPNetForQuestionAnswering  # noqa: PLC0415 - extra "train"

    if path.suffix == ".safetensors":
        _check(path, TEACHER_SHA256)
    model = MPNetForQuestionAnswering(MPNetConfig(**_TEACHER))
    weights = {name: values for name, values in read_weights(path).items() if not name.startswith("pooler")}
    _fill(model.mpnet, weights, path)
    return model


def load_student(path: Path) -> BertForQuestionAnswering:
    """The small reader, from the ``model.safetensors`` of a run before or of all-MiniLM-L6-v2 (Apache-2.0), or packed.

    Raises:
        WeightsError: weights are missing.
    """
    from transformers import BertConfig, BertForQuestionAnswering  # noqa: PLC0415 - extra "train"

    model = BertForQuestionAnswering(BertConfig(**_STUDENT))
    weights = read_weights(path)
    if any(name.startswith("bert.") for name in weights):
        _fill(model, weights, path)
    else:
        _fill(model.bert, {name: values for name, values in weights.items() if not name.startswith("pooler")}, path)
    return model


def save_student(model: BertForQuestionAnswering, folder: Path) -> None:
    """Writes ``model.safetensors`` (float16) and ``config.json``."""
    import numpy as np  # noqa: PLC0415
    from safetensors.numpy import save_file  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    values = {name: tensor.detach().float().cpu().numpy() for name, tensor in model.state_dict().items()}
    floats = {name: value.astype(np.float16) for name, value in values.items() if value.dtype.kind == "f"}
    save_file(floats, folder / "model.safetensors", metadata={"format": "pt"})
    config = {**model.config.to_dict(), "architectures": ["BertForQuestionAnswering"]}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")


def student_logits(model: BertForQuestionAnswering, batch: Batch) -> Logits:
    """Start and end logits, [batch, tokens]."""
    scores = model(input_ids=batch["ids"], attention_mask=batch["mask"], token_type_ids=batch["types"])
    return scores.start_logits.float(), scores.end_logits.float()


def teacher_logits(model: MPNetForQuestionAnswering, batch: Batch) -> Logits:
    """The teacher's logits at the student's tokens, [batch, tokens]: its passage stands one place further right."""
    import torch  # noqa: PLC0415 - extra "train"

    scores = model(input_ids=batch["teacher_ids"], attention_mask=batch["teacher_mask"])

    def at_the_students(logits: Tensor) -> Tensor:
        return torch.cat([logits[:, :1], logits[:, 2:]], 1).float()

    return at_the_students(scores.start_logits), at_the_students(scores.end_logits)


def _fill(model: object, weights: Weights, path: Path) -> None:
    import torch  # noqa: PLC0415 - extra "train"
    from torch.nn import Module  # noqa: PLC0415

    assert isinstance(model, Module)
    found = model.load_state_dict({name: torch.from_numpy(values) for name, values in weights.items()}, strict=False)
    missing = [name for name in found.missing_keys if not name.endswith("position_ids") and "pooler" not in name]
    if missing:
        raise WeightsError(f"{path} lacks the weights {', '.join(missing[:3])}; give those that the model card names")


def _check(path: Path, sha256: str) -> None:
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        raise WeightsError(f"{path} has SHA-256 {found}, not {sha256}")
