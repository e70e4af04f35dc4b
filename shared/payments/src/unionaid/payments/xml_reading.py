"""XML from elsewhere, read element by element within limits. No document type is taken, so there are no entities."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from xml.parsers import expat

from unionaid.payments.limits import XML_BYTES_MAX, XML_DEPTH_MAX, XML_ELEMENTS_MAX, XML_TEXT_CHARS_MAX
from unionaid.payments.refusals import XmlDoctype, XmlMalformed, XmlTooLarge

_DECLARED = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_GB = frozenset({"gbk", "gb2312", "gb18030"})
_SEPARATOR = " "
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(slots=True)
class Element:
    """An element: its local name, text, and what is in it."""

    name: str
    text: str = field(default="", repr=False)
    within: Sequence[Element] = field(default=(), repr=False)
    attributes: Mapping[str, str] = field(default_factory=lambda: _NONE)

    def first(self, *path: str) -> Element | None:
        """Return the first element along a path of names."""
        found: Element | None = self
        for name in path:
            found = None if found is None else next((e for e in found.within if e.name == name), None)
        return found

    def all(self, name: str) -> Iterator[Element]:
        """Yield the elements of a name directly within."""
        return (element for element in self.within if element.name == name)

    def value(self, *path: str) -> str:
        """Return the text along a path, without blanks at its ends; empty where there is none."""
        found = self.first(*path)
        return "" if found is None else found.text.strip()


class _Reading:
    """Builds elements from what the parser tells, and hands over those that are wanted whole."""

    def __init__(self, root: Callable[[str, str], None], whole: dict[str, Callable[[Element], None]]) -> None:
        self._root, self._whole = root, whole
        self._open: list[Element] = []
        self._elements = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(_SEPARATOR)
        if not self._open:
            self._root(namespace, local)
        self._elements += 1
        if self._elements > XML_ELEMENTS_MAX or len(self._open) >= XML_DEPTH_MAX:
            raise XmlTooLarge(limit=XML_DEPTH_MAX if len(self._open) >= XML_DEPTH_MAX else XML_ELEMENTS_MAX)
        self._open.append(Element(local, attributes=attributes or _NONE))

    def text(self, data: str) -> None:
        element = self._open[-1]
        if len(element.text) + len(data) > XML_TEXT_CHARS_MAX:
            raise XmlTooLarge(limit=XML_TEXT_CHARS_MAX)
        element.text += data

    def end(self, _: str) -> None:
        element = self._open.pop()
        if element.name in self._whole:
            self._whole[element.name](element)  # and let go: a file is never held whole
        elif self._open:
            parent = self._open[-1]
            if isinstance(parent.within, list):
                parent.within.append(element)
            else:
                parent.within = [element]


def read_xml(content: bytes, root: Callable[[str, str], None], whole: dict[str, Callable[[Element], None]]) -> None:
    """Read a file: `root` is told its namespace and name first, `whole` each element of a name when it ends.

    Raises:
        XmlTooLarge: more bytes, elements or depth than are taken.
        XmlDoctype: it declares a document type.
        XmlMalformed: it is no well-formed XML in UTF-8, UTF-16 or GB 18030 (of which GBK is a part).
    """
    if len(content) > XML_BYTES_MAX:
        raise XmlTooLarge(limit=XML_BYTES_MAX)
    content, encoding = _in_utf_8(content)
    parser = expat.ParserCreate(encoding, _SEPARATOR)
    parser.buffer_text = True
    reading = _Reading(root, whole)

    def refuse(*_: object) -> None:
        raise XmlDoctype

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError):  # LookupError: an encoding that nobody knows
        raise XmlMalformed from None


def _in_utf_8(content: bytes) -> tuple[bytes, str | None]:
    """Return what the parser can read: it does not know the encodings of two bytes that banks write."""
    declared = _DECLARED.match(content)
    if declared is None or declared[1].decode("ascii").lower() not in _GB:
        return content, None
    try:
        return content.decode("gb18030").encode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        raise XmlMalformed from None
