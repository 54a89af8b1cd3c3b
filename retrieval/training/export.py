"""Makes the files the library ships of a trained reader: ``python -m retrieval.training.export --run RUN --out FOLDER``."""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import logging
import shutil
import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn
from transformers import BertConfig, BertForQuestionAnswering

from retrieval.answering.evidence.span_reader import ReaderManifest
from retrieval.training.reader import encoder_folder

_OPSET = 17


class _SpanScores(nn.Module):
    """The model with plain tensors in and out, as the ONNX file has them."""

    def __init__(self, model: BertForQuestionAnswering) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> tuple[Tensor, Tensor]:
        scores = self.model(input_ids=ids, attention_mask=mask, token_type_ids=types)
        return scores.start_logits, scores.end_logits


def load_trained(run: Path) -> BertForQuestionAnswering:
    """The model of a finished run, or of its last checkpoint where it has not finished."""
    if (run / "model.safetensors").exists():
        model = BertForQuestionAnswering.from_pretrained(run, attn_implementation="eager", dtype=torch.float32)
    else:
        config = BertConfig.from_pretrained(encoder_folder(), attn_implementation="eager")
        model = BertForQuestionAnswering(config)
        model.load_state_dict(torch.load(run / "checkpoint.pt")["model"])
    return model.eval()


def export(*, run: Path, out: Path, quantise: bool, max_length: int, stride: int) -> ReaderManifest:
    """Writes the ONNX model, the tokenizer and an uncalibrated manifest to ``out``.

    Quantised, the weights of matrix products and of the embeddings are eight-bit integers, one scale for each output
    channel, of reduced range: processors without VNNI saturate sixteen-bit sums otherwise.
    """
    out.mkdir(parents=True, exist_ok=True)
    example = tuple(torch.ones((2, 16), dtype=torch.int64) for _ in range(3))
    axes = {name: {0: "batch", 1: "tokens"} for name in ("ids", "mask", "types", "start", "end")}
    target = out / "reader.onnx"
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "plain.onnx"
        torch.onnx.export(
            _SpanScores(load_trained(run)),
            example,
            str(plain),
            input_names=["ids", "mask", "types"],
            output_names=["start", "end"],
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )
        if quantise:
            prepared = Path(scratch) / "prepared.onnx"
            quant_pre_process(plain, prepared, skip_symbolic_shape=True)
            quantize_dynamic(
                prepared,
                target,
                op_types_to_quantize=["MatMul", "Gather"],
                per_channel=True,
                reduce_range=True,
                weight_type=QuantType.QInt8,
            )
        else:
            shutil.copyfile(plain, target)
    shutil.copyfile(run / "tokenizer.json", out / "tokenizer.json")
    manifest = ReaderManifest(
        model="reader.onnx",
        model_sha256=_sha256(target),
        tokenizer="tokenizer.json",
        tokenizer_sha256=_sha256(out / "tokenizer.json"),
        max_length=max_length,
        stride=stride,
        max_answer_tokens=20,
        slope=1.0,
        offset=0.0,
    )
    write_manifest(manifest, out)
    return manifest


def write_manifest(manifest: ReaderManifest, folder: Path) -> None:
    """Writes ``manifest.json`` as ``ReaderManifest.load`` reads it."""
    (folder / "manifest.json").write_text(json.dumps(dataclasses.asdict(manifest), indent=2) + "\n", "utf-8")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Reads the command line and exports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="the folder that training wrote")
    parser.add_argument("--out", type=Path, required=True, help="where the files go")
    parser.add_argument("--float", action="store_true", help="do not quantise (to compare)")
    parser.add_argument("--max-length", type=int, default=224, help="tokens of a window, question included")
    parser.add_argument("--stride", type=int, default=96, help="tokens from one window of a passage to the next")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    export(
        run=arguments.run,
        out=arguments.out,
        quantise=not arguments.float,
        max_length=arguments.max_length,
        stride=arguments.stride,
    )


if __name__ == "__main__":
    main()
