"""The Chroma file alone: what it finds after a restart, and a lost index that shows no error of its own."""

import contextlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import IndexUnavailable
from assistant.retrieval.dense_index import DenseIndex

IDS = [f"p{number}" for number in range(3000)]


def vectors() -> np.ndarray:
    drawn = np.random.default_rng(7).standard_normal((len(IDS), 16)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def filled(folder: Path) -> np.ndarray:
    index, rows = DenseIndex(folder, "encoder-16-1"), vectors()
    index.open(["knowledge"])
    for start in range(0, len(IDS), 1000):
        index.add("knowledge", IDS[start : start + 1000], rows[start : start + 1000])
    index.remove("knowledge", IDS[2990:])
    index.close()
    return rows


def test_every_vector_is_found_after_a_restart_and_removed_ones_are_not(tmp_path: Path) -> None:
    rows = filled(tmp_path / "chroma")
    index = DenseIndex(tmp_path / "chroma", "encoder-16-1")
    index.open(["knowledge"])
    assert index.held("knowledge") == set(IDS[:2990])
    assert all(index.search("knowledge", rows[place], 5)[0] == IDS[place] for place in range(0, 2990, 97))
    assert IDS[2995] not in index.search("knowledge", rows[2995], 50)
    assert index.sound("knowledge", IDS[:2990], rows[:2990])
    index.close()


def test_vectors_of_another_encoder_stand_apart(tmp_path: Path) -> None:
    filled(tmp_path / "chroma")
    other = DenseIndex(tmp_path / "chroma", "encoder-16-2")
    other.open(["knowledge"])
    assert other.held("knowledge") == set()
    other.close()


def test_lost_vector_files_are_noticed(tmp_path: Path) -> None:
    rows = filled(tmp_path / "chroma")
    for folder in (item for item in (tmp_path / "chroma").iterdir() if item.is_dir()):
        shutil.rmtree(folder)
    index = DenseIndex(tmp_path / "chroma", "encoder-16-1")
    index.open(["knowledge"])
    assert len(index.held("knowledge")) == 2990  # it still says so
    with contextlib.suppress(IndexUnavailable):
        assert not index.sound("knowledge", IDS[:2990], rows[:2990])
    index.close()


def test_a_file_in_the_place_of_the_folder_is_an_index_error(tmp_path: Path) -> None:
    (tmp_path / "chroma").write_text("in the way")
    with pytest.raises(IndexUnavailable):
        DenseIndex(tmp_path / "chroma", "encoder-16-1").open(["knowledge"])
