"""The server, run as a user would, and asked over real sockets."""

import contextlib
import http.client
import json
import select
import signal
import socket
import urllib.parse

import zarr.abc.store
from zarr.abc.store import OffsetByteRequest, RangeByteRequest, SuffixByteRequest

import command


class Server:
    """A running `tessera serve`."""

    def __init__(self, process, url):
        self.process, self.url = process, url
        self.host, self.port = urllib.parse.urlsplit(url).hostname, urllib.parse.urlsplit(url).port

    def ask(self, path, method="GET", body=None, **headers):
        """One request on a connection of its own; underscores in the names of headers are hyphens."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            headers = {name.replace("_", "-"): value for name, value in headers.items()}
            # Sent as it is: nothing is normalized or encoded.
            connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def raw(self, request):
        """The answer to bytes, up to the end of the connection."""
        with socket.create_connection((self.host, self.port), timeout=60) as stream:
            stream.sendall(request)
            answer = b""
            # A server that closes before it has read everything may be heard no more.
            with contextlib.suppress(ConnectionResetError):
                while part := stream.recv(65536):
                    answer += part
            return answer

    def json(self, path, status=200):
        answer = self.ask(path)
        assert answer.status == status, f"{path}: {answer.status} {answer.body[:500]}"
        return json.loads(answer.body)

    def post(self, path, document, status=200):
        answer = self.ask(path, "POST", json.dumps(document).encode(), Content_Type="application/json")
        assert answer.status == status, f"{path}: {answer.status} {answer.body[:500]}"
        return json.loads(answer.body)

    def stop(self, number=signal.SIGTERM):
        """Exit code, standard output and standard error."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    def __getitem__(self, name):
        return self.headers[name]


class RemoteStore(zarr.abc.store.Store):
    """A Zarr store at a path of a server, read by requests for files and ranges of them."""

    supports_writes = supports_deletes = supports_listing = False

    def __init__(self, server, path):
        super().__init__(read_only=True)
        self.server, self.path, self.statuses = server, path, set()

    def __eq__(self, other):
        return self is other

    async def get(self, key, prototype, byte_range=None):
        match byte_range:
            case None:
                asked = {}
            case RangeByteRequest(start, end):
                asked = {"Range": f"bytes={start}-{end - 1}"}
            case OffsetByteRequest(offset):
                asked = {"Range": f"bytes={offset}-"}
            case SuffixByteRequest(suffix):
                asked = {"Range": f"bytes=-{suffix}"}
        answer = self.server.ask(f"{self.path}/{key}", **asked)
        self.statuses.add(answer.status)
        assert answer.status in (404, 206 if asked else 200), f"{key} {asked}: {answer.status}"
        return None if answer.status == 404 else prototype.buffer.from_bytes(answer.body)

    async def get_partial_values(self, prototype, key_ranges):
        return [await self.get(key, prototype, byte_range) for key, byte_range in key_ranges]

    async def exists(self, key):
        return self.server.ask(f"{self.path}/{key}", "HEAD").status == 200

    async def set(self, key, value):
        raise NotImplementedError

    async def delete(self, key):
        raise NotImplementedError

    def list(self):
        raise NotImplementedError

    list_prefix = list_dir = list


def started(*args, **env):
    """Starts a server at a free port and waits until it says where it listens."""
    process = command.start("serve", *args, "--port", "0", "--json", **env)
    ready, _, _ = select.select([process.stdout], [], [], 60)
    line = process.stdout.readline() if ready else ""
    if not line:
        process.kill()
        raise AssertionError(f"no address was told: {process.communicate()[1]}")
    return Server(process, json.loads(line)["url"])


@contextlib.contextmanager
def serving(*args, **env):
    server = started(*args, **env)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()
