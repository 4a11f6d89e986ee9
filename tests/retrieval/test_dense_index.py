"""The Chroma file alone: what it finds after a restart, and a lost index that shows no error of its own."""

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
    filled(tmp_path / "chroma")
    for folder in (item for item in (tmp_path / "chroma").iterdir() if item.is_dir()):
        shutil.rmtree(folder)
    with pytest.raises(IndexUnavailable, match="as they were left"):
        DenseIndex(tmp_path / "chroma", "encoder-16-1").open(["knowledge"])


def test_a_file_in_the_place_of_the_folder_is_an_index_error(tmp_path: Path) -> None:
    (tmp_path / "chroma").write_text("in the way")
    with pytest.raises(IndexUnavailable):
        DenseIndex(tmp_path / "chroma", "encoder-16-1").open(["knowledge"])


@pytest.mark.parametrize("damage", ["cut short", "overwritten in its middle", "seal lost"])
def test_files_that_are_not_as_they_were_left_never_reach_the_native_reader(
    damage: str, tmp_path: Path
) -> None:
    """A vector file cut to 1,000 bytes, or with 4 KB of noise, killed the process with signal 11."""
    folder = tmp_path / "chroma"
    vectors = np.random.default_rng(7).normal(size=(2_500, 16)).astype(np.float32)
    ids = [f"p{number}" for number in range(len(vectors))]
    index = DenseIndex(folder, "shipped")
    index.open(("knowledge",))
    for start in (0, 2_000):
        index.add("knowledge", ids[start : start + 2_000], vectors[start : start + 2_000])
    index.seal()
    index.close()
    whole = next(folder.glob("*/data_level0.bin"))
    content = bytearray(whole.read_bytes())
    if damage == "cut short":
        whole.write_bytes(content[:1_000])
    elif damage == "overwritten in its middle":
        middle = len(content) // 2
        content[middle : middle + 4_096] = np.random.default_rng(1).bytes(4_096)
        whole.write_bytes(content)
    else:
        (folder / "sealed.json").unlink()
    again = DenseIndex(folder, "shipped")
    with pytest.raises(IndexUnavailable, match="as they were left"):
        again.open(("knowledge",))
    again.discard()
    again.open(("knowledge",))
    assert again.held("knowledge") == set()
    again.close()


def test_sealed_files_open_again_with_all_they_held(tmp_path: Path) -> None:
    vectors = np.eye(8, dtype=np.float32)
    index = DenseIndex(tmp_path, "shipped")
    index.open(("knowledge",))
    index.add("knowledge", [f"p{number}" for number in range(8)], vectors)
    index.seal()
    index.close()
    again = DenseIndex(tmp_path, "shipped")
    again.open(("knowledge",))
    assert again.search("knowledge", vectors[3], 1) == ["p3"]
    again.close()
