"""HTTP requests through wasi:http, one after the other."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from componentize_py_types import Err
from wit_world.imports import outgoing_handler
from wit_world.imports.streams import StreamError_Closed
from wit_world.imports.types import (
    Fields,
    Method_Get,
    Method_Post,
    OutgoingBody,
    OutgoingRequest,
    Scheme_Http,
    Scheme_Https,
)

METHODS = {"GET": Method_Get, "POST": Method_Post}
READ_BYTES = 65536


@dataclass
class Response:
    status: int
    body: bytes


def request(method: str, url: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Response:
    """Sends a request and waits for the whole response; raises Err when none comes."""
    parts = urlsplit(url)
    fields = [(name, value.encode()) for name, value in (headers or {}).items()]
    outgoing = OutgoingRequest(Fields.from_list(fields))
    outgoing.set_method(METHODS[method]())
    outgoing.set_scheme(Scheme_Https() if parts.scheme == "https" else Scheme_Http())
    outgoing.set_authority(parts.netloc)
    outgoing.set_path_with_query(parts.path + (f"?{parts.query}" if parts.query else ""))
    outgoing_body = outgoing.body()
    future = outgoing_handler.handle(outgoing, None)
    if body:
        with outgoing_body.write() as stream:
            stream.blocking_write_and_flush(body)
    OutgoingBody.finish(outgoing_body, None)
    with future.subscribe() as ready:
        ready.block()
    response = _value_of(_value_of(future.get()))
    return Response(response.status(), _received(response))


def _received(response) -> bytes:
    pieces = []
    with response.consume() as body, body.stream() as stream:
        while True:
            try:
                pieces.append(stream.blocking_read(READ_BYTES))
            except Err as error:
                if isinstance(error.value, StreamError_Closed):
                    return b"".join(pieces)
                raise


def _value_of(result):
    if isinstance(result, Err):
        raise result
    return result.value
