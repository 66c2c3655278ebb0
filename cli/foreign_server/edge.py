"""HTTP/1.1 at the edge of the server: reads requests from a connection, writes answers to it."""

import asyncio
import gzip
import json
from urllib.parse import unquote

from answers import Answer, bad_request

HEAD_BYTES_MAX = 16 * 1024
BODY_BYTES_MAX = 100 * 1024 * 1024
REASONS = {200: "OK", 202: "Accepted", 400: "Bad Request", 404: "Not Found"}


class Request:
    """One request: where it goes, its parameters as sent, and its body. Parameters are taken out as they are read."""

    def __init__(self, method, target, headers, body, connection):
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.connection = connection  # a plain dict that lives as long as the connection
        path, _, query = target.partition("?")
        self.path = path
        self.query_text = query
        self.parameters = {}
        self.parameter_names = []
        for part in query.split("&"):
            if part:
                name, _, value = part.partition("=")
                name, value = (unquote(text.replace("+", " ")) for text in (name, value))
                self.parameter_names.append(name)
                self.parameters[name] = value  # the last one counts
        self.unread = set(self.parameters) - {"pretty", "human", "error_trace", "filter_path", "format"}
        self.sender = None

    def take(self, name):
        """The parameter's text, or None; it counts as known from here."""
        self.unread.discard(name)
        return self.parameters.get(name)

    def refuse_unread(self):
        """Refuses parameters that nobody has taken."""
        if self.unread:
            names = ", ".join(f"[{name}]" for name in sorted(self.unread))
            several = "s" if len(self.unread) > 1 else ""
            raise bad_request(f"request [{self.path}] contains unrecognized parameter{several}: {names}")

    def json(self):
        """The body as a JSON object; an empty one without a body."""
        if not self.body.strip():
            return {}
        try:
            value = json.loads(self.body)
        except ValueError as error:
            raise bad_request(f"Failed to parse the body: {error}", "parse_exception") from error
        if not isinstance(value, dict):
            raise bad_request("Expected START_OBJECT", "parse_exception")
        return value


class Edge:
    """Serves connections. `handle` turns a request into an answer; `style` says how answers look on the wire."""

    def __init__(self, handle, style):
        self.handle = handle
        self.style = style

    async def serve(self, reader, writer):
        """One connection, to its end."""
        connection = {}
        try:
            while True:
                request = await self._read(reader, writer, connection)
                if request is None:
                    break
                answer = await self.handle(request)
                if answer is None:  # the connection is dropped on purpose
                    break
                keep = self.style.keep_alive and request.headers.get("connection", "").lower() != "close"
                self._write(writer, request, answer, keep)
                await writer.drain()
                if not keep:
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def _read(self, reader, writer, connection):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        lines = head.decode("latin-1").split("\r\n")
        parts = lines[0].split(" ")
        if len(parts) != 3:
            return None
        headers = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if colon:
                headers[name.strip().lower()] = value.strip()
        if headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await self._body(reader, headers)
        return Request(parts[0], parts[1], headers, body, connection)

    async def _body(self, reader, headers):
        if headers.get("transfer-encoding", "").lower() == "chunked":
            chunks = []
            while True:
                size = int((await reader.readline()).split(b";")[0].strip() or b"0", 16)
                chunks.append(await reader.readexactly(size))
                await reader.readline()
                if size == 0:
                    return b"".join(chunks)
        length = int(headers.get("content-length", "0"))
        return await reader.readexactly(min(length, BODY_BYTES_MAX))

    def _write(self, writer, request, answer: Answer, keep):
        if isinstance(answer.body, (str, bytes)):
            body = answer.body.encode() if isinstance(answer.body, str) else answer.body
            kind = answer.content_type or "text/plain; charset=UTF-8"
        else:
            indent = 2 if "pretty" in request.parameters else None
            body = json.dumps(answer.body, indent=indent, ensure_ascii=not self.style.long_words).encode()
            kind = answer.content_type or "application/json; charset=UTF-8"
        head = [f"HTTP/{self.style.http_version} {answer.status} {REASONS.get(answer.status, 'Other')}"]
        head += [f"{name}: {value}" for name, value in answer.headers.items()]
        if self.style.compresses and body and "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body)
            head.append("content-encoding: gzip")
        if body or kind:
            head.append(f"content-type: {kind}")
        if not keep:
            head.append("connection: close")
        chunked = self.style.chunked and request.method != "HEAD" and answer.status != 204
        if chunked:
            head.append("transfer-encoding: chunked")
        elif self.style.http_version != "1.0":
            head.append(f"content-length: {len(body)}")
        writer.write(("\r\n".join(head) + "\r\n\r\n").encode("latin-1"))
        if request.method == "HEAD":
            return
        if not chunked:
            writer.write(body)
            return
        for start in range(0, len(body), 7):
            chunk = body[start : start + 7]
            writer.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
        writer.write(b"0\r\n\r\n")
