"""Files over HTTP: what is served, how, and what is not."""

import concurrent.futures
import email.utils
import gzip
import os
import shutil
import signal
import socket
import time

import pytest
import zarr

import command
import serving
import tiles


@pytest.fixture(scope="module")
def root(tile, stores, tmp_path_factory):
    """A store, its preview and its catalogue beside each other, and things that are nobody's business."""
    root = tmp_path_factory.mktemp("served")
    command.done("convert", tile.folder.parent.parent, "-o", root / "stores", "--preview", "--year", 2024)
    command.done("catalog", "build", root / "stores", "-o", root / "stac")
    shutil.copytree(stores[3], root / "v3.zarr")
    (root / "my data").mkdir()
    (root / "my data/ä.bin").write_bytes(bytes(range(256)) * 1000)
    (root / "my data/empty.json").write_bytes(b"")
    (root / "my data/100%.txt").write_text("x" * 5000)
    (root / ".secret").write_text("secret")
    (root / ".git").mkdir()
    (root / ".git/config").write_text("secret")
    (root / "zones.zarr.build").mkdir()
    (root / "zones.zarr.build/utm31.json").write_text("secret")
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.txt").write_text("secret")
    (root / "my data/link.txt").symlink_to(outside / "secret.txt")
    (root / "my data/folder").symlink_to(outside)
    (root / "my data/git").symlink_to(root / ".git")
    (root / "my data/inside.bin").symlink_to(root / "my data/ä.bin")
    os.mkfifo(root / "my data/pipe")
    return root


@pytest.fixture(scope="module")
def server(root):
    with serving.serving(root) as server:
        yield server


BIN = "/my%20data/%C3%A4.bin"
CONTENT = bytes(range(256)) * 1000


def test_the_way_in(server):
    answer = server.ask("/")
    assert (answer.status, answer["Location"]) == (307, "/stac/")
    page = server.ask("/stac/")
    assert page.status == 200 and page["Content-Type"].startswith("text/html") and b"<title>" in page.body
    assert server.ask("/stac/index.html").body == page.body
    assert server.ask("/stac")["Location"] == "/stac/"
    assert server.json("/stac/catalog.json")["type"] == "Catalog"


def test_whole_files(server):
    answer = server.ask(BIN)
    assert (answer.status, answer.body, answer["Content-Length"]) == (200, CONTENT, "256000")
    assert answer["Accept-Ranges"] == "bytes" and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-cache"
    assert server.ask("/my%20data/inside.bin").body == CONTENT
    assert server.ask("/my%20data/100%25.txt").body == b"x" * 5000
    empty = server.ask("/my%20data/empty.json")
    assert (empty.status, empty.body, empty["Content-Length"]) == (200, b"", "0")
    assert server.ask(BIN + "?v=1").status == 200


def test_head_tells_the_same(server):
    for path in (BIN, "/stac/catalog.json", "/stac/"):
        got, told = server.ask(path), server.ask(path, "HEAD")
        assert (told.status, told.body) == (200, b"")
        for name in ("Content-Length", "Content-Type", "ETag", "Last-Modified", "Accept-Ranges"):
            assert told[name] == got[name] is not None, f"{path}: {name}"
        assert server.ask(path, "HEAD", Accept_Encoding="gzip")["Content-Length"] == got["Content-Length"]
    assert server.ask("/nothing", "HEAD").status == 404


@pytest.mark.parametrize(
    "range, start, stop",
    [("bytes=0-0", 0, 1), ("bytes=10-19", 10, 20), ("bytes=255990-", 255990, 256000), ("bytes=-7", 255993, 256000),
     ("bytes=255999-999999", 255999, 256000), ("bytes=-999999", 0, 256000)],
)
def test_ranges(server, range, start, stop):
    answer = server.ask(BIN, Range=range)
    assert (answer.status, answer.body) == (206, CONTENT[start:stop])
    assert answer["Content-Range"] == f"bytes {start}-{stop - 1}/256000"
    assert answer["Content-Length"] == str(stop - start)


def test_ranges_that_cannot_be(server):
    for range in ("bytes=256000-", "bytes=999999-1000000"):
        answer = server.ask(BIN, Range=range)
        assert (answer.status, answer["Content-Range"]) == (416, "bytes */256000")
    for range in ("lines=0-5", "bytes=0-1,5-6"):
        answer = server.ask(BIN, Range=range)
        assert (answer.status, answer.body) == (200, CONTENT)


def test_tags_and_times(server):
    first = server.ask(BIN)
    tag, when = first["ETag"], first["Last-Modified"]
    assert tag.startswith('"') and email.utils.parsedate_to_datetime(when)
    for known in ({"If_None_Match": tag}, {"If_None_Match": f'"x", W/{tag}'}, {"If_None_Match": "*"}, {"If_Modified_Since": when}):
        answer = server.ask(BIN, **known)
        assert (answer.status, answer.body, answer["ETag"]) == (304, b"", tag), known
    assert server.ask(BIN, If_None_Match='"x"').status == 200
    assert server.ask(BIN, If_Match='"x"').status == 412
    for same in (tag, when):
        assert server.ask(BIN, Range="bytes=0-1", If_Range=same).status == 206
    for other in ('"x"', f"W/{tag}", "Sun, 01 Jan 2023 00:00:00 GMT"):
        answer = server.ask(BIN, Range="bytes=0-1", If_Range=other)
        assert (answer.status, answer.body) == (200, CONTENT), other


def test_a_changed_file_has_another_tag(root, server):
    path = root / "my data/changing.txt"
    path.write_text("a" * 10)
    before = server.ask("/my%20data/changing.txt")
    replaced = root / "my data/new.txt"
    replaced.write_text("b" * 10)
    replaced.replace(path)
    after = server.ask("/my%20data/changing.txt", If_None_Match=before["ETag"])
    assert (after.status, after.body) == (200, b"b" * 10)


def test_texts_are_compressed_and_nothing_else(root, server):
    path = "/stac/2024/collection.json"
    plain = server.ask(path)
    packed = server.ask(path, Accept_Encoding="gzip")
    assert plain["Content-Encoding"] is None and packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body and len(packed.body) < len(plain.body) / 2
    assert "accept-encoding" in packed["Vary"].lower()
    # Parts of the one must not be put together with parts of the other.
    assert packed["ETag"] == f"W/{plain['ETag']}"
    assert server.ask(path, Accept_Encoding="gzip", If_None_Match=packed["ETag"]).status == 304
    part = server.ask(path, Accept_Encoding="gzip", Range="bytes=0-9")
    assert (part.status, part["Content-Encoding"], part.body) == (206, None, plain.body[:10])
    others = [BIN, "/stac/2024/items.parquet", "/stac/2024/coverage.bits.gz", "/my%20data/empty.json"]
    others += [f"/stores/2024/{tiles.SMALL}.png", f"/stores/2024/{tiles.SMALL}.zarr/embeddings/0.0.0"]
    for path in others:
        answer = server.ask(path, Accept_Encoding="gzip, deflate, br")
        assert answer.status == 200 and answer["Content-Encoding"] is None, path
        assert answer.body == server.ask(path).body and answer["Content-Length"] == str(len(answer.body))


def test_kinds_of_files(server):
    for path, kind in [
        ("/stac/catalog.json", "application/json"),
        (f"/stac/2024/e000n85/{tiles.SMALL}_2024.json", "application/geo+json"),
        ("/stac/2024/items.parquet", "application/vnd.apache.parquet"),
        ("/stac/2024/coverage.bits.gz", "application/gzip"),
        (f"/stores/2024/{tiles.SMALL}.png", "image/png"),
        (f"/stores/2024/{tiles.SMALL}.zarr/.zmetadata", "application/json"),
        (f"/stores/2024/{tiles.SMALL}.zarr/embeddings/.zarray", "application/json"),
        (f"/stores/2024/{tiles.SMALL}.zarr/embeddings/0.0.0", "application/octet-stream"),
        ("/v3.zarr/zarr.json", "application/json"),
    ]:
        answer = server.ask(path)
        assert (answer.status, answer["Content-Type"]) == (200, kind), path


def test_any_page_may_ask(server):
    for path in (BIN, "/nothing", "/api"):
        answer = server.ask(path, Origin="https://example.org")
        assert answer["Access-Control-Allow-Origin"] == "*"
        exposed = answer["Access-Control-Expose-Headers"].lower().split(",")
        assert {"etag", "content-range", "accept-ranges", "content-length", "link"} <= set(exposed)
    asked = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "content-type, range"}
    allowed = server.ask("/api/search", "OPTIONS", Origin="https://example.org", **asked)
    assert allowed.status == 200 and "POST" in allowed["Access-Control-Allow-Methods"]
    assert allowed["Access-Control-Allow-Headers"] == "*"


ESCAPES = [
    "/../secret.txt", "/stac/../../secret.txt", "/stac/../.secret", "/%2e%2e/secret.txt", "/%2E%2E/%2e%2e/etc/passwd",
    "/..%2f..%2fetc/passwd", "/stac%2fcatalog.json", "/..%5c..%5csecret.txt", "/stac%5ccatalog.json", "/stac\\catalog.json",
    "/.%2e/secret.txt", "/%252e%252e/secret.txt", "//etc/passwd", "/stac//catalog.json", "/./stac/catalog.json",
    "/stac/%2e/catalog.json", "/%00", "/stac/catalog.json%00", "/%ff", "/my%20data/link.txt", "/my%20data/folder",
    "/my%20data/folder/secret.txt", "/my%20data/git/config", "/my%20data/pipe", "/.secret", "/%2esecret", "/.git/config",
    "/zones.zarr.build/utm31.json", "/zones.zarr.build", "/stac/catalog.json/", "/stac/catalog.json/x",
]  # fmt: skip


@pytest.mark.parametrize("path", ESCAPES)
def test_nothing_else_is_there(server, path):
    for method in ("GET", "HEAD"):
        answer = server.ask(path, method)
        assert answer.status == 404 and b"secret" not in answer.body, path


def test_paths_that_are_no_paths(server):
    for target in (b"http://127.0.0.1/../../etc/passwd", b"*", b"etc/passwd", b"/\xff\xfe", b"/a b"):
        answer = server.raw(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert answer.split(b" ")[1] in (b"400", b"404"), target
    long = server.raw(b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert long == b"" or long.split(b" ")[1] in (b"414", b"431")
    deep = server.ask("/" + "a/" * 5000)
    assert deep.status == 404


def test_folders_are_not_listed(server):
    for path in ("/stores", "/stores/", "/my%20data/", "/stac/2024/", f"/stores/2024/{tiles.SMALL}.zarr"):
        answer = server.ask(path)
        assert answer.status == 404 and b".zarr" not in answer.body, path


def test_files_are_only_read(server):
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = server.ask("/stac/catalog.json", method, b"x")
        assert (answer.status, answer["Allow"]) == (405, "GET, HEAD")


def test_a_store_is_opened_from_afar(server, tile):
    for path in (f"/stores/2024/{tiles.SMALL}.zarr", "/v3.zarr"):
        store = serving.RemoteStore(server, path)
        group = zarr.open_group(store, mode="r")
        assert (group["embeddings"][300:400, 5:9] == tile.data[300:400, 5:9]).all()
        assert (group["embeddings"][:] == tile.data).all()
        assert (206 in store.statuses) == (path == "/v3.zarr")


def test_items_without_files(root, tile, tmp_path):
    """What would stand in a file is answered in its place, byte for byte."""
    shutil.copytree(root / "stores", tmp_path / "stores")
    whole = tmp_path / "stac"
    for options in ([], ["--base-url", "https://tiles.example.org/stac"]):
        command.done("catalog", "build", tmp_path / "stores", "-o", whole, "--overwrite", *options)
        items = {path.relative_to(tmp_path): path.read_bytes() for path in whole.rglob("grid_*.json")}
        assert len(items) == 1
        command.done("catalog", "build", tmp_path / "stores", "-o", whole, "--overwrite", "--no-items", "--no-map", *options)
        assert not list(whole.rglob("grid_*.json")) and not (whole / "index.html").exists()
        with serving.serving(tmp_path) as server:
            for path, expected in items.items():
                answer = server.ask(f"/{path}")
                assert (answer.status, answer.body, answer["Content-Type"]) == (200, expected, "application/geo+json")
                assert server.ask(f"/{path}", If_None_Match=answer["ETag"]).status == 304
                told = server.ask(f"/{path}", "HEAD")
                assert (told.body, told["Content-Length"]) == (b"", str(len(expected)))
                other = str(path).replace("0.05_89.95", "0.15_89.95")
                for nothing in (other, str(path).replace("/e000n85/", "/e005n85/"), path.name, f"stac/{path.name}"):
                    assert server.ask(f"/{nothing}").status == 404, nothing
            page = server.ask("/stac/")
            assert page.status == 200 and b"<title>" in page.body
            assert server.ask("/stac/index.html", "HEAD")["Content-Length"] == str(len(page.body))


def test_the_catalogue_itself_as_the_root(root):
    """Its stores are then outside, and it says so."""
    server = serving.started(root / "stac")
    assert server.ask("/").status == 200 and server.json("/catalog.json")["type"] == "Catalog"
    assert server.json("/api/search")["numberMatched"] == 1
    code, _, messages = server.stop()
    assert code == 0 and "outside" in messages and str(root) in messages
    code, _, messages = serving.started(root).stop()
    assert (code, messages) == (0, "")


def test_what_is_no_catalogue(root, tmp_path):
    command.run("serve", tmp_path).expect(2, str(tmp_path), "catalog.json")
    command.run("serve", tmp_path / "none").expect(2, "none")
    command.run("serve", root / "stac/catalog.json").expect(2, "catalog.json")
    for name in ("a", "b"):
        shutil.copytree(root / "stac", tmp_path / name)
    command.run("serve", tmp_path).expect(2, "a, b")
    damaged = tmp_path / "a/2024/items.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-100])
    command.run("serve", tmp_path / "a").expect(2, str(damaged))


def test_a_catalogue_without_an_index(root, tmp_path):
    shutil.copytree(root / "stac", tmp_path / "stac")
    for file in (tmp_path / "stac").rglob("items.parquet"):
        file.unlink()
    server = serving.started(tmp_path)
    assert server.json("/stac/catalog.json")["type"] == "Catalog"
    assert "index" in server.json("/api", 404)["description"]
    assert "index" in server.stop()[2]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told(root, number):
    server = serving.started(root)
    # One who says nothing, and one who keeps a connection, hold nobody up.
    silent = socket.create_connection((server.host, server.port))
    keeping = socket.create_connection((server.host, server.port))
    keeping.sendall(b"GET /stac/catalog.json HTTP/1.1\r\nHost: x\r\n\r\n")
    assert keeping.recv(12) == b"HTTP/1.1 200"
    begun = time.monotonic()
    code, out, err = server.stop(number)
    assert (code, out, err) == (0, "", "") and time.monotonic() - begun < 5
    silent.close()
    keeping.close()


def test_an_answer_that_has_begun_is_ended(root):
    path = root / "my data/large.bin"
    with open(path, "wb") as file:
        file.truncate(64 << 20)
    server = serving.started(root)
    with socket.create_connection((server.host, server.port), timeout=60) as stream:
        stream.sendall(b"GET /my%20data/large.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        first = stream.recv(1000)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        rest = sum(map(len, iter(lambda: stream.recv(1 << 20), b"")))
        assert len(first) + rest > 64 << 20
    assert server.process.wait(30) == 0
    path.unlink()


def test_a_port_that_is_taken(root):
    with serving.serving(root) as server:
        command.run("serve", root, "--port", server.port).expect(2, f"127.0.0.1:{server.port}", "in use")


def test_the_address_is_told(root):
    process = command.start("serve", root, "--port", "0")
    line = process.stdout.readline()
    assert line.startswith("http://127.0.0.1:") and line.endswith("/\n") and ":0/" not in line
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=30)[1] == "" and process.returncode == 0


def test_others_can_reach_it_only_if_told(root):
    server = serving.started(root, "--bind", "0.0.0.0")
    code, _, messages = server.stop()
    assert code == 0 and str(root) in messages and "read" in messages
    command.run("serve", root, "--bind", "nowhere").expect(2, "--bind")


def test_the_log(root):
    server = serving.started(root, "--log")
    server.ask("/stac/catalog.json")
    server.ask("/nothing")
    lines = server.stop()[2].splitlines()
    assert [line.split()[:3] for line in lines] == [["GET", "/stac/catalog.json", "200"], ["GET", "/nothing", "404"]]


def test_many_at_a_time(server):
    def part(at):
        return server.ask(BIN, Range=f"bytes={at}-{at + 999}").body

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        parts = list(pool.map(part, range(0, 256_000, 1000)))
    assert b"".join(parts) == CONTENT
