"""Requests that a careful server refuses, in the pieces that are wrong with them."""

from .raw_socket import HOST, ROUTE

# What takes the place of the length of a body.
LENGTHS = [
    b"Content-Length: -5",
    b"Content-Length: +5",
    b"Content-Length: 5, 5",
    b"Content-Length: 5 5",
    b"Content-Length: 0x5",
    b"Content-Length: 5_0",
    b"Content-Length: 5.0",
    b"Content-Length:",
    b"Content-Length: \xd9\xa5",
    b"Content-Length: 5\r\nContent-Length: 6",
    b"Content-Length: 5\r\nContent-Length: 5",
    b"Content-Length: " + b"5" * 4_000,
    b"Content-Length: " + b"5" * 5_000,
    b"Content-Length : 5",
    b"Content-Length: 5\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: chunked\r\nContent-Length: 5",
]

CODINGS = [
    b"Transfer-Encoding: chunked, identity",
    b"Transfer-Encoding: identity",
    b"Transfer-Encoding: gzip",
    b"Transfer-Encoding: xchunked",
    b"Transfer-Encoding: chunked, chunked",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    b"Transfer-Encoding: identity\r\nTransfer-Encoding: xchunked",
    b'Transfer-Encoding: "chunked"',
    b"Transfer-Encoding: chunked;q=1",
    b"Transfer-Encoding:\r\n chunked",
    b"Transfer-Encoding: xchunked\r\n chunked",
    b"Transfer-Encoding : chunked",
    b"Transfer-Encoding\t: chunked",
    b" Transfer-Encoding: chunked",
    b"Transfer-Encoding: \x0bchunked",
    b"Transfer-Encoding: chunked\x00",
    b"Transfer-Encoding\x00: chunked",
    b"Transfer-Encoding: chunked\rX: y",
    b"Transfer-Encoding: chunked\nX: y",
    b"X: y\rTransfer-Encoding: chunked",
    b"X: y\nTransfer-Encoding: chunked",
    b"Transfer-Encoding",
    b": chunked",
]

# A body in chunks; `%b` is what it should hold.
CHUNKS = [
    b"0x5\r\n%b\r\n0\r\n\r\n",
    b"-1\r\n%b\r\n0\r\n\r\n",
    b"+5\r\n%b\r\n0\r\n\r\n",
    b"\r\n%b\r\n0\r\n\r\n",
    b" 5\r\n%b\r\n0\r\n\r\n",
    b"5 \r\n%b\r\n0\r\n\r\n",
    b"5_0\r\n%b\r\n0\r\n\r\n",
    b"g\r\n%b\r\n0\r\n\r\n",
    b"5\n%b\r\n0\r\n\r\n",
    b"5;a\rb\r\n%b\r\n0\r\n\r\n",
    b"5;a\nb\r\n%b\r\n0\r\n\r\n",
    b"5;" + b"a" * 20_000 + b"\r\n%b\r\n0\r\n\r\n",
    b"f" * 20_000 + b"\r\n%b\r\n0\r\n\r\n",
    b"1\r\n%b\r\n0\r\n\r\n",
    b"0\r\nContent-Length: 5\r\n\r\n",
    b"0\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"0\r\nHost: elsewhere\r\n\r\n",
    b"0\r\n" + b"X: y\r\n" * 1_000 + b"\r\n",
    b"0\r\nX: " + b"y" * 600_000 + b"\r\n\r\n",
    b"0\r\nX: y\n\n",
]

# In the place of `POST /webhooks/store-1 HTTP/1.1`.
FIRST_LINES = [
    b"post " + ROUTE + b" HTTP/1.1",
    b"POST mostrador.example:80 HTTP/1.1",
    b"POST webhooks/store-1 HTTP/1.1",
    b"POST * HTTP/1.1",
    b"POST  " + ROUTE + b" HTTP/1.1",
    b"POST " + ROUTE + b" x HTTP/1.1",
    b"POST\t" + ROUTE + b"\tHTTP/1.1",
    b"POST " + ROUTE + b"\x00 HTTP/1.1",
    b"POST " + ROUTE + b"\r HTTP/1.1",
    b"POST " + ROUTE + "/ñ HTTP/1.1".encode(),
    b"POST " + ROUTE + b"?" + b"x" * 20_000 + b" HTTP/1.1",
    b"POST " + ROUTE + b" HTTP/1.1 ",
    b"POST " + ROUTE + b" HTTP/1.10",
    b"POST " + ROUTE + b" HTTP/1.2",
    b"POST " + ROUTE + b" HTTP/2.0",
    b"POST " + ROUTE + b" HTTP/0.9",
    b"POST " + ROUTE + b" http/1.1",
    b"POST " + ROUTE,
    b"GET /",
    b"PO(ST " + ROUTE + b" HTTP/1.1",
    b"PRI * HTTP/2.0\r\n\r\nSM",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS at a plain port
    b"x" * 1_000_000,
]

# Before the others.
HEADERS = [
    b"".join(b"X-%d: y\r\n" % number for number in range(1_000)),
    b"X: " + b"y" * 1_000_000 + b"\r\n",
    b"".join(b"X-%d: %b\r\n" % (number, b"y" * 4_000) for number in range(250)),
    b"y" * 1_000_000 + b": y\r\n",
    HOST,
    b"X: a\x00b\r\n",
    b"X: a\rb\r\n",
    b"X: a\x1fb\r\n",
    b"X\x80: y\r\n",
    b"X Y: y\r\n",
    b"X: y\r\n\tz\r\n",
    b"X: y\n",
    b"\n",
    b"X\r\n",
]
