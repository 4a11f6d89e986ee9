"""From a file to documents: which reader, which split."""

from __future__ import annotations

from pathlib import Path

from assistant.document import DraftPassage
from knowledge.chunk import chunk
from knowledge.clean import clean
from knowledge.description import describe, side_car
from knowledge.formats import READERS, suffix
from knowledge.loaded import LoadedDocument, Unreadable
from knowledge.markdown import front_matter, load_document
from knowledge.passage_file import load_passages
from knowledge.statute import Piece, statute_pieces

MAX_FILE_BYTES = 200_000_000
MAX_CHARS = 60_000_000


def supported(path: Path) -> bool:
    return suffix(path) in READERS


def load_file(path: Path, collection: str | None = None) -> list[LoadedDocument]:
    """The documents of one file. `collection` wins over what the file says.

    Raises `Unreadable` with one clear line, `OSError` when the file cannot be read.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        raise Unreadable(f"文件超过{MAX_FILE_BYTES // 1_000_000}MB")
    data = path.read_bytes()
    if not data.strip():
        raise Unreadable("文件是空的")
    raw = READERS[suffix(path)](data)
    if len(raw) > MAX_CHARS:
        raise Unreadable(f"文字超过{MAX_CHARS // 1_000_000}百万字")
    if suffix(path) == ".jsonl":
        return load_passages(raw, path, collection)
    text = clean(raw)
    found = front_matter(text) if suffix(path) in (".md", ".markdown") else None
    if found is not None:
        values, body = {**found[0], **side_car(path)}, found[1]
        document = load_document({**values, **({"collection": collection} if collection else {})}, body, path)
    else:
        document = split_text(text, path, collection)
    if not document.passages:
        raise Unreadable("文件里没有可用的文字")
    return [document]


def split_text(text: str, path: Path, collection: str | None) -> LoadedDocument:
    """Text without front matter: a statute by its articles, anything else by headings and paragraphs."""
    pieces = statute_pieces(text)
    passages = _of_pieces(pieces) if pieces else _of_text(text)
    return LoadedDocument(describe(text, pieces, path, collection), tuple(passages))


def _of_text(text: str) -> list[DraftPassage]:
    return [DraftPassage(piece.locator[:200], body) for piece in chunk(text) if (body := piece.text.strip())]


def _of_pieces(pieces: list[Piece]) -> list[DraftPassage]:
    return [
        DraftPassage(piece.locator[:200], piece.text, context=piece.context) for piece in pieces if piece.text
    ]
