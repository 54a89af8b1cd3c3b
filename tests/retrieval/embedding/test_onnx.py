from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import retrieval
from retrieval import InputError, WeightsError
from retrieval.embedding import Embedder, open_embedder

MINILM = Path(retrieval.__file__).parent / "weights" / "minilm"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder("minilm", threads=1)


def test_vectors_have_length_one_and_the_order_of_the_texts(embedder: Embedder) -> None:
    texts = ["A fire destroyed the brewery. " * 40, "Tuesday", "The brewery burned down.", ""]
    together = embedder.embed(texts)
    assert together.shape == (4, embedder.dimensions)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for text, vector in zip(texts, together, strict=True):
        assert embedder.embed([text])[0] @ vector > 0.95  # int8 rounds by batch
    assert embedder.embed([]).shape == (0, 384)


def test_near_in_meaning_is_near_in_direction(embedder: Embedder) -> None:
    asked, near, far = embedder.embed(
        ["Who died in the blaze?", "Two people were killed by the fire.", "Shares rose on Monday."]
    )
    assert asked @ near > asked @ far + 0.2


@pytest.mark.parametrize("damage", ["flip", "truncate", "lose", "lose the list"])
def test_damaged_weights_are_refused(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "minilm"
    shutil.copytree(MINILM, folder)
    model = folder / "model.onnx"
    if damage == "flip":
        with model.open("r+b") as file:
            file.seek(9_000_000)
            byte = file.read(1)
            file.seek(9_000_000)
            file.write(bytes([byte[0] ^ 1]))
    elif damage == "truncate":
        model.write_bytes(model.read_bytes()[:1_000_000])
    else:
        (model if damage == "lose" else folder / "SHA256SUMS").unlink()
    with pytest.raises(WeightsError):
        open_embedder(folder).embed(["text"])


@pytest.mark.parametrize("url", ["ftp://x/y", "https://host/v1"])
def test_urls_that_name_no_embedder_are_refused(url: str) -> None:
    with pytest.raises(InputError):
        open_embedder(url)


def test_another_folder_has_another_name(tmp_path: Path) -> None:
    folder = tmp_path / "other"
    shutil.copytree(MINILM, folder)
    assert open_embedder(folder).name != open_embedder("minilm").name
