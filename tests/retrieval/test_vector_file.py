"""The file of all vectors: exact, and never trusted when damaged."""

from pathlib import Path

import numpy as np

from assistant.retrieval.vector_file import VectorFile


def unit(*rows: tuple[float, ...]) -> np.ndarray:
    vectors = np.array(rows, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


ROWS = unit((1, 0, 0), (0, 1, 0), (1, 1, 0), (0, 0, 1))


def test_exact_search_under_a_mask(tmp_path: Path) -> None:
    file = VectorFile(tmp_path / "v", 3)
    file.append(ROWS[:2])
    file.append(ROWS[2:])
    rows, scores = file.search(ROWS[0], np.array([True, True, True, True]), 2)
    assert rows.tolist() == [0, 2] and scores[0] > scores[1]
    assert file.search(ROWS[0], np.array([False, True, False, True]), 9)[0].tolist() == [1, 3]
    assert file.search(ROWS[0], np.zeros(4, dtype=bool), 9)[0].size == 0


def test_what_was_written_is_read_back_and_a_tail_without_entry_is_cut_off(tmp_path: Path) -> None:
    file = VectorFile(tmp_path / "v", 3)
    file.append(ROWS[:3])
    checksum = file.checksum
    file.append(ROWS[3:])
    again = VectorFile(tmp_path / "v", 3)
    assert again.load(3, checksum)
    assert np.array_equal(again.rows, ROWS[:3])
    again.append(ROWS[3:])
    assert again.checksum == file.checksum


def test_damage_is_noticed(tmp_path: Path) -> None:
    file = VectorFile(tmp_path / "v", 3)
    file.append(ROWS)
    data = bytearray((tmp_path / "v").read_bytes())
    (tmp_path / "v").write_bytes(data[:-4])
    assert not VectorFile(tmp_path / "v", 3).load(4, file.checksum)
    data[5] ^= 1
    (tmp_path / "v").write_bytes(data)
    assert not VectorFile(tmp_path / "v", 3).load(4, file.checksum)
    assert not VectorFile(tmp_path / "gone", 3).load(4, file.checksum)
