"""Media types: reading Content-Type and Accept as RFC 9110 defines them, and choosing the one to answer in."""

from __future__ import annotations

import functools
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

from sklearn_runtime.errors import NotAcceptable, UnsupportedMediaType, shown
from sklearn_runtime.pyarrow_version import OLDEST_FOR_ARROW, OLDEST_FOR_PARQUET, pyarrow_fault

__all__ = [
    "ANY",
    "ARROW_FILE",
    "ARROW_STREAM",
    "CSV",
    "JSON",
    "JSON_LINES",
    "NPY",
    "NPZ",
    "OCTET_STREAM",
    "PARQUET",
    "RESPONSE_TYPES",
    "SUPPORTED",
    "MediaType",
    "negotiate",
    "parse_accept",
    "parse_media_type",
    "request_type",
    "request_types",
    "response_header",
    "sniff",
]

JSON = "application/json"
CSV = "text/csv"
NPY = "application/x-npy"
JSON_LINES = "application/jsonlines"
NPZ = "application/x-npz"
PARQUET = "application/x-parquet"
ARROW_STREAM = "application/vnd.apache.arrow.stream"
ARROW_FILE = "application/vnd.apache.arrow.file"
OCTET_STREAM = "application/octet-stream"
ANY = "*/*"

ALIASES = {
    "application/x-ndjson": JSON_LINES,
    "application/jsonl": JSON_LINES,
    "application/vnd.apache.parquet": PARQUET,
}
"""Other names of types: SageMaker's own name of JSON lines is not the one that most libraries use."""

SUPPORTED = (JSON, CSV, NPY)
"""What carries every array both ways."""

RESPONSE_TYPES = (JSON, CSV, NPY, JSON_LINES, NPZ)
"""What responses may be written in, in the server's order of preference."""

_REQUEST_TYPES = (JSON, CSV, NPY, JSON_LINES, NPZ)
_PYARROW_TYPES = {PARQUET: OLDEST_FOR_PARQUET, ARROW_STREAM: OLDEST_FOR_ARROW, ARROW_FILE: OLDEST_FOR_ARROW}
"""What is read through pyarrow, with the oldest version that may."""

NPY_MAGIC = b"\x93NUMPY"
MAX_ACCEPT_RANGES = 64
"""Ranges of an Accept header that are read; browsers send fewer than ten."""


class MediaType(NamedTuple):
    """A media type in lower case, and its parameters with names in lower case."""

    name: str
    parameters: Dict[str, str]

    @property
    def charset(self) -> str:
        return self.parameters.get("charset", "utf-8").lower()


def _split_outside_quotes(text: str, separator: str) -> List[str]:
    """Split at a separator, but not within quotes."""
    if '"' not in text:
        return text.split(separator)
    parts, start, quoted, escaped = [], 0, False, False
    for position, character in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == separator and not quoted:
            parts.append(text[start:position])
            start = position + 1
    parts.append(text[start:])
    return parts


def parse_media_type(value: str) -> MediaType:
    """Read a Content-Type, or one range of an Accept header.

    Parameters
    ----------
    value : str
        For example ``Text/CSV; Header=absent``.

    Returns
    -------
    MediaType
        The name is empty when the value is no media type.

    Example
    -------
    >>> parse_media_type('Text/CSV; charset="UTF-8"')
    MediaType(name='text/csv', parameters={'charset': 'UTF-8'})
    """
    name, *rest = _split_outside_quotes(value, ";")
    parameters = {}
    for part in rest:
        key, _, text = part.partition("=")
        text = text.strip()
        if len(text) >= 2 and text[0] == text[-1] == '"':
            text = text[1:-1].replace("\\", "")
        parameters[key.strip().lower()] = text
    name = name.strip().lower()
    main, slash, sub = name.partition("/")
    return MediaType(name if main and slash and sub else "", parameters)


def sniff(body: "Union[bytes, bytearray]") -> str:
    """The content type of a body that came without one: NPY by its magic string, else JSON."""
    return NPY if bytes(body[: len(NPY_MAGIC)]) == NPY_MAGIC else JSON


def request_types() -> Tuple[str, ...]:
    """What requests may be written in here: parquet and Arrow only where a safe pyarrow is installed."""
    return (*_REQUEST_TYPES, *(name for name, oldest in _PYARROW_TYPES.items() if not pyarrow_fault(oldest)))


def request_type(content_type: Optional[str], body: "Union[bytes, bytearray]") -> MediaType:
    """What a request's body is to be read as.

    boto3 sends no Content-Type when the caller gives none, so an absent one and application/octet-stream are sniffed.

    Returns
    -------
    MediaType
        With the name that this module has for it, where a type has several.

    Raises
    ------
    UnsupportedMediaType
        The content type is given, and not one of `request_types`.

    Example
    -------
    >>> request_type("application/x-ndjson", b"[1]").name
    'application/jsonlines'
    """
    return _named_type(content_type) or MediaType(sniff(body), {})


@functools.lru_cache(maxsize=64)
def _named_type(content_type: Optional[str]) -> Optional[MediaType]:
    """The type that a header names; None where it leaves the type open."""
    media = parse_media_type(content_type or OCTET_STREAM)
    media = media._replace(name=ALIASES.get(media.name, media.name))
    if media.name == OCTET_STREAM:
        return None
    if media.name in request_types():
        return media
    oldest = _PYARROW_TYPES.get(media.name)
    reason = pyarrow_fault(oldest) if oldest else None
    raise UnsupportedMediaType(
        "content type {} is not supported{}: send {}".format(
            shown(content_type), f" here, {reason}" if reason else "", _listed(request_types())
        )
    )


class _Range(NamedTuple):
    name: str
    quality: float


def parse_accept(value: str) -> List[_Range]:
    """The ranges of an Accept header with their q-values, in the order written.

    A q-value that is not a number from 0 to 1 counts as 0: that range is not used.

    Example
    -------
    >>> [tuple(r) for r in parse_accept("text/csv;q=0.5, application/json")]
    [('text/csv', 0.5), ('application/json', 1.0)]
    """
    ranges = []
    for part in _split_outside_quotes(value, ",")[:MAX_ACCEPT_RANGES]:
        media = parse_media_type(part)
        if media.name:
            ranges.append(_Range(media.name, _quality(media.parameters.get("q", "1"))))
    return ranges


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0.0 <= quality <= 1.0 else 0.0


def response_header(name: str) -> str:
    """The Content-Type of a response, which says more for some than the name that was negotiated.

    Example
    -------
    >>> response_header("text/csv"), response_header("application/json")
    ('text/csv; charset=utf-8', 'application/json')
    """
    return f"{name}; charset=utf-8" if name == CSV else name


def negotiate(accept: Optional[str], default: str = JSON, supported: Sequence[str] = RESPONSE_TYPES) -> str:
    """The content type to answer in.

    Parameters
    ----------
    accept : str or None
        The Accept header. None, an empty one and ``*/*`` mean `default`.
    default : str
        Preferred where ranges with wildcards leave a choice.
    supported : sequence of str
        What can be written, in order of preference.

    Returns
    -------
    str
        One of `supported`, or the other name of it that the header uses: `ALIASES`.

    Raises
    ------
    NotAcceptable
        Nothing supported is accepted. The most specific range decides on each type, q=0 excludes it (RFC 9110, 12.5.1).

    Example
    -------
    >>> negotiate("text/html, text/*;q=0.5, application/x-npy;q=0.1")
    'text/csv'
    """
    if not accept or accept.strip() in ("", ANY):
        accept = default
    exact = accept.strip().lower()
    if exact in supported:
        return exact
    ranges = parse_accept(accept)
    preferred = parse_media_type(default).name
    names = [*supported, *(alias for alias, name in ALIASES.items() if name in supported)]
    order = sorted(names, key=lambda name: name != preferred)
    best, best_rank = "", (0.0, 0)
    for name in order:
        rank = _rank(name, ranges)
        if rank > best_rank:
            best, best_rank = name, rank
    if not best:
        raise NotAcceptable(
            "accept {} names no supported content type: accept {}".format(shown(accept), _listed(supported))
        )
    return best


def _rank(name: str, ranges: List[_Range]) -> "tuple[float, int]":
    """The q-value that the header gives a type, and minus the place of the range that gave it."""
    wildcard = name.split("/", maxsplit=1)[0] + "/*"
    best_specificity, rank = -1, (0.0, 0)
    for place, one in enumerate(ranges):
        specificity = {name: 2, wildcard: 1, ANY: 0}.get(one.name, -1)
        if specificity > best_specificity:
            best_specificity, rank = specificity, (one.quality, -place)
    return rank if rank[0] > 0 else (0.0, 0)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " or " + names[-1]
