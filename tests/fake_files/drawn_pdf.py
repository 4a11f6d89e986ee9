"""PDFs drawn by hand: Chinese text, rules and pictures at given places, on as many pages as wanted."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

WIDTH, HEIGHT = 595, 842


@dataclass
class Sheet:
    """One page; places in points from its lower left corner."""

    content: list[str] = field(default_factory=list)
    picture: tuple[int, int, bytes] | None = None

    def text(self, x: float, y: float, words: str, size: float = 10) -> Sheet:
        code = words.encode("utf-16-be").hex()
        self.content.append(f"BT /F1 {size} Tf {x} {y} Td <{code}> Tj ET")
        return self

    def rule(self, x: float, y: float, to_x: float, to_y: float) -> Sheet:
        self.content.append(f"{x} {y} m {to_x} {to_y} l S")
        return self

    def bar(self, x: float, y: float, width: float, height: float) -> Sheet:
        """A filled rectangle, as Word draws the rules of a table."""
        self.content.append(f"{x} {y} {width} {height} re f")
        return self

    def scan(self, width: int, height: int, grey: bytes) -> Sheet:
        """A picture of `width` × `height` grey points over the whole page."""
        self.picture = (width, height, grey)
        return self

    def grid(self, xs: list[float], ys: list[float], rows: list[list[str]]) -> Sheet:
        """A ruled table; `ys` from the top down."""
        for y in ys:
            self.rule(xs[0], y, xs[-1], y)
        for x in xs:
            self.rule(x, ys[-1], x, ys[0])
        for y, row in zip(ys[1:], rows, strict=True):
            for x, cell in zip(xs, row, strict=False):
                self.text(x + 4, y + 5, cell)
        return self


def pdf(*sheets: Sheet) -> bytes:
    """The file. Its font is not embedded: a reader finds the characters by their codes."""
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /W [1 95 500] "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 5 0 R >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
        b"/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    ]
    kids: list[int] = []
    for sheet in sheets:
        resources = "/Font << /F1 3 0 R >>"
        content = list(sheet.content)
        if sheet.picture is not None:
            width, height, grey = sheet.picture
            head = (
                f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray "
                "/BitsPerComponent 8 /Filter /FlateDecode"
            )
            objects.append(_stream(head, zlib.compress(grey)))
            resources += f" /XObject << /Im {len(objects)} 0 R >>"
            content.insert(0, f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /Im Do Q")
        objects.append(_stream("<<", "\n".join(content).encode()))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {len(objects)} 0 R "
            f"/Resources << {resources} >> >>".encode()
        )
        kids.append(len(objects))
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    objects[1] = f"<< /Type /Pages /Kids [{listed}] /Count {len(kids)} >>".encode()
    return assembled(objects)


def assembled(objects: list[bytes], trailer: str = "") -> bytes:
    """Numbered objects with their table; the first is the catalogue."""
    out, places = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Size {size} /Root 1 0 R {trailer}>>\n"
    return out + f"{end}startxref\n{len(out)}\n%%EOF".encode()


def _stream(head: str, body: bytes) -> bytes:
    return f"{head} /Length {len(body)} >>\nstream\n".encode() + body + b"\nendstream"
