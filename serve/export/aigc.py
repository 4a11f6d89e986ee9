"""The label of generated content inside a document's metadata: the `AIGC` field of GB 45438-2025."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from docx.document import Document
from docx.opc.packuri import PackURI
from docx.opc.part import Part

PRODUCER = "八桂智融 Bagui"
_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
    'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
)
# The format id that every custom property of an Office document carries.
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


def aigc_label(produce_id: str) -> str:
    """The field's JSON. `Label` 1 says that the content is generated; `produce_id` is the answer's id."""
    return json.dumps(
        {
            "Label": "1",
            "ContentProducer": PRODUCER,
            "ProduceID": produce_id,
            "ReservedCode1": "",
            "ContentPropagator": PRODUCER,
            "PropagateID": produce_id,
            "ReservedCode2": "",
        },
        ensure_ascii=False,
    )


def put_label(document: Document, produce_id: str) -> None:
    """Writes the label as the custom property `AIGC`."""
    text = escape(aigc_label(produce_id))
    prop = f'<property fmtid="{_FORMAT}" pid="2" name="AIGC"><vt:lpwstr>{text}</vt:lpwstr></property>'
    blob = f"{_HEAD}{prop}</Properties>".encode()
    package = document.part.package
    assert package is not None  # a document that is open always has one
    package.relate_to(Part(PackURI("/docProps/custom.xml"), _TYPE, blob, package), _RELATION)
