"""The STAC API, asked by hand and by pystac-client."""

import concurrent.futures
import http.client
import json
import os
import shutil
import socket
import time
import urllib.parse

import pystac
import pystac_client
import pytest
from pystac.validation.stac_validator import JsonSchemaSTACValidator

import command
import serving

# Cells of one shape, so that all tiles are links to one pair of files; with neighbours across the antimeridian.
LONS = sorted({f"{zone * 6 - 180 + by:.2f}" for zone in range(60) for by in (0.05, 0.15, 5.95)} | {"-0.05"}, key=float)
YEARS = {2022: LONS[:30], 2023: LONS[::2], 2024: LONS}
TOTAL = sum(map(len, YEARS.values()))


def item_id(lon, year):
    return f"grid_{lon}_89.95_{year}"


@pytest.fixture(scope="module")
def root(tile, tmp_path_factory):
    """An archive of three years and its catalogue, which has no file of an item."""
    root = tmp_path_factory.mktemp("api")
    for year, lons in YEARS.items():
        for lon in lons:
            name = f"grid_{lon}_89.95"
            folder = root / "v1" / str(year) / name
            folder.mkdir(parents=True)
            os.link(tile.embeddings_path, folder / f"{name}.npy")
            os.link(tile.scales_path, folder / f"{name}_scales.npy")
    command.done("catalog", "build", root / "v1", "-o", root / "stac", "--no-items")
    return root


@pytest.fixture(scope="module")
def server(root):
    with serving.serving(root) as server:
        yield server


@pytest.fixture(scope="module")
def client(server):
    return pystac_client.Client.open(server.url + "api")


def ids(page):
    return [feature["id"] for feature in page["features"]]


def get(server, status=200, **parameters):
    return server.json("/api/search?" + urllib.parse.urlencode(parameters), status)


def link(document, rel):
    found = [one for one in document["links"] if one["rel"] == rel]
    assert len(found) <= 1
    return found[0] if found else None


def pages(server, **parameters):
    """All pages of a search by GET."""
    page = get(server, **parameters)
    while True:
        yield page
        following = link(page, "next")
        if following is None:
            return
        assert following["method"] == "GET" and following["href"].startswith(server.url)
        page = server.json("/" + following["href"].removeprefix(server.url))


def test_landing(server):
    landing = server.json("/api")
    assert server.json("/api/") == landing
    validator = JsonSchemaSTACValidator()
    validator.validate_core(landing, pystac.STACObjectType.CATALOG, "1.1.0")
    for rel in ("root", "self"):
        assert link(landing, rel)["href"] == server.url + "api"
    searches = [one for one in landing["links"] if one["rel"] == "search"]
    assert {one["method"] for one in searches} == {"GET", "POST"}
    assert server.json("/api/conformance")["conformsTo"] == landing["conformsTo"]
    for one in landing["links"]:
        if one.get("method") != "POST":
            answer = server.ask("/" + one["href"].removeprefix(server.url))
            assert answer.status == 200 and answer["Content-Type"].split(";")[0] == one["type"].split(";")[0], one
    described = server.json("/api/openapi.json")
    assert described["openapi"].startswith("3.0") and "/search" in described["paths"]
    assert server.ask("/api", "HEAD")["Content-Length"] == str(len(server.ask("/api").body))


def test_links_follow_the_host_that_is_asked(server, root):
    landing = json.loads(server.ask("/api", Host="tiles.example.org:81").body)
    assert link(landing, "self")["href"] == "http://tiles.example.org:81/api"
    for host in ("me:secret@example.org", 'x"><script>', ""):
        landing = json.loads(server.ask("/api", Host=host).body)
        assert link(landing, "self")["href"] == server.url + "api", host
    with serving.serving(root, "--base-url", "https://tiles.example.org/deep/") as other:
        page = get(other, limit=1)
        assert link(page, "next")["href"].startswith("https://tiles.example.org/deep/api/search?")
        feature = page["features"][0]
        assert link(feature, "self")["href"].startswith("https://tiles.example.org/deep/api/collections/")
        data = feature["assets"]["embeddings_npy"]["href"]
        assert data.startswith("https://tiles.example.org/deep/v1/")
    command.run("serve", root, "--base-url", "nowhere").expect(2, "nowhere")


def test_collections(server):
    all_of_them = server.json("/api/collections")["collections"]
    assert [one["id"] for one in all_of_them] == [f"tessera-v1-{year}" for year in YEARS]
    for one in all_of_them:
        single = server.json(f"/api/collections/{one['id']}")
        assert single == one
        JsonSchemaSTACValidator().validate_core(one, pystac.STACObjectType.COLLECTION, "1.1.0")
        assert link(one, "items")["href"] == f"{server.url}api/collections/{one['id']}/items"
        assert not [link for link in one["links"] if link["rel"] in ("child", "item")]
        for asset in one["assets"].values():
            assert server.ask("/" + asset["href"].removeprefix(server.url), "HEAD").status == 200
        template = one["linkTemplates"][0]["uriTemplate"]
        year = one["id"][-4:]
        lon = YEARS[int(year)][0]
        item = template.replace("{lon}", lon).replace("{lat}", "89.95").replace("{block}", "w180n85")
        assert server.json("/" + item.removeprefix(server.url))["id"] == item_id(lon, year)
    assert "tessera-v1-2024" in server.json("/api/collections/none", 404)["description"]
    assert server.json("/api/collections/none/items", 404)["code"] == "NotFound"


def test_items(server):
    path = f"/api/collections/tessera-v1-2024/items/{item_id('0.05', 2024)}"
    item = server.json(path)
    JsonSchemaSTACValidator().validate_core(item, pystac.STACObjectType.ITEM, "1.1.0")
    assert link(item, "self")["href"] == server.url + path[1:]
    assert link(item, "root")["href"] == server.url + "api"
    for rel in ("parent", "collection"):
        assert link(item, rel)["href"] == f"{server.url}api/collections/tessera-v1-2024"
    answer = server.ask(path)
    assert answer["Content-Type"] == "application/geo+json"
    assert server.ask(path, If_None_Match=answer["ETag"]).status == 304
    assert get(server, ids=item_id("0.05", 2024))["features"] == [item]
    # What it points at is there, and as long as it says.
    for asset in item["assets"].values():
        told = server.ask("/" + asset["href"].removeprefix(server.url), "HEAD")
        assert (told.status, told["Content-Length"]) == (200, str(asset["file:size"]))
    for missing in (item_id("0.05", 2023), "grid_0.15_0.05_2024", "none", item_id("0.05", 2024) + "x", "%00"):
        assert server.json(f"/api/collections/tessera-v1-2024/items/{missing}", 404)["code"] == "NotFound"
    page = server.json("/api/collections/tessera-v1-2024/items?limit=2")
    assert (page["numberMatched"], page["numberReturned"]) == (len(LONS), 2)
    assert "/api/collections/tessera-v1-2024/items?limit=2&token=" in link(page, "next")["href"]
    page = server.json(f"/api/collections/tessera-v1-2024/items?ids={item_id('0.05', 2024)}&collections=tessera-v1-2024")
    assert page["features"] == [item]
    assert server.json("/api/collections/tessera-v1-2024/items?collections=tessera-v1-2023")["numberMatched"] == 0


@pytest.mark.parametrize("limit", [1, 7, 100, 1000])
def test_paging_through_all(server, limit):
    found, count = [], 0
    for page in pages(server, limit=limit):
        assert page["numberMatched"] == TOTAL and page["numberReturned"] == len(page["features"]) <= limit
        found += ids(page)
        count += 1
    assert len(found) == len(set(found)) == TOTAL and count == -(-TOTAL // limit)
    assert set(found) == {item_id(lon, year) for year, lons in YEARS.items() for lon in lons}
    years = [one[-4:] for one in found]
    assert years == sorted(years, reverse=True)


def test_the_next_page_by_post(server):
    body = {"limit": 50, "collections": ["tessera-v1-2024", "tessera-v1-2023"], "bbox": [-180, 80, 0, 90]}
    found, page = [], server.post("/api/search", body)
    while True:
        found += ids(page)
        following = link(page, "next")
        if following is None:
            break
        assert (following["method"], following["href"]) == ("POST", server.url + "api/search")
        assert following["body"] == {**body, "token": found[-1]}
        page = server.post("/api/search", following["body"])
    assert found == [one for page in pages(server, limit=50, collections="tessera-v1-2024,tessera-v1-2023", bbox="-180,80,0,90") for one in ids(page)]
    assert len(found) == page["numberMatched"] > 50


SEARCHES = [
    {},
    {"limit": 3},
    {"bbox": [0, 89.9, 1, 90]},
    {"bbox": [0, 89.9, -5, 1, 90, 5]},
    {"bbox": [179, 80, -179, 90], "limit": 100},
    {"bbox": [3, 10, 4, 11]},
    {"datetime": "2023-06-01T00:00:00Z", "limit": 100},
    {"datetime": "2023-06-01T00:00:00Z/..", "limit": 5},
    {"ids": [item_id("0.05", 2024), item_id("-0.05", 2024), "none", item_id("0.05", 2022)]},
    {"ids": []},
    {"collections": ["tessera-v1-2022"], "limit": 2},
    {"collections": ["none"]},
    {"intersects": {"type": "Point", "coordinates": [0.05, 89.99]}},
    {"ids": [item_id("0.05", 2024)], "bbox": [10, 80, 20, 90]},
    {"token": item_id(LONS[-1], 2022)},
]


@pytest.mark.parametrize("body", SEARCHES)
def test_get_is_post(server, body):
    texts = {
        name: value if isinstance(value, str) else json.dumps(value) if isinstance(value, dict) else ",".join(map(str, value)) if isinstance(value, list) else value
        for name, value in body.items()
    }
    if body == {"ids": []}:
        texts = {"ids": ""}
    got, posted = get(server, **texts), server.post("/api/search", body)
    assert got["features"] == posted["features"]
    assert got["numberMatched"] == posted["numberMatched"] >= got["numberReturned"] == len(got["features"])
    assert (link(got, "next") is None) == (link(posted, "next") is None)


def names(page):
    return sorted(ids(page))


def test_boxes(server):
    def found(box, **more):
        return names(get(server, bbox=box, collections="tessera-v1-2024", limit=1000, **more))

    near = [item_id(lon, 2024) for lon in ("-0.05", "0.05", "0.15")]
    assert found("-0.1,89.9,0.2,90") == near
    # The edge of a neighbour is not in it.
    assert found("0,89.9,0.1,90") == [item_id("0.05", 2024)]
    assert found("0.1,89.95,0.1,89.95") == [item_id("0.15", 2024)]
    across = [item_id(lon, 2024) for lon in ("-179.85", "-179.95", "179.95")]
    assert found("179.9,89,-179.8,90") == across
    assert len(found("-180,-90,180,90")) == len(LONS)
    assert found("0,0,10,10") == []


def test_geometries(server):
    def found(kind, coordinates):
        geometry = json.dumps({"type": kind, "coordinates": coordinates})
        page = get(server, intersects=geometry, collections="tessera-v1-2024", limit=1000)
        assert page["numberMatched"] == len(page["features"])
        return [one.split("_")[1] for one in names(page)]

    assert found("Point", [0.01, 89.91]) == ["0.05"]
    assert found("MultiPoint", [[0.01, 89.91], [-0.01, 89.91], [30, 0]]) == ["-0.05", "0.05"]
    assert found("LineString", [[-0.09, 89.99], [0.11, 89.91]]) == ["-0.05", "0.05", "0.15"]
    assert found("MultiLineString", [[[0, 0], [0, 89]], [[0.05, 80], [0.05, 90]]]) == ["0.05"]
    box = [[0, 89.9], [0.1, 89.9], [0.1, 90], [0, 90], [0, 89.9]]
    assert found("Polygon", [box]) == ["0.05"]
    wide = [[-1, 80], [1, 80], [1, 90], [-1, 90], [-1, 80]]
    hole = [[-0.1, 89], [0.1, 89], [0.1, 90], [-0.1, 90], [-0.1, 89]]
    assert found("Polygon", [wide, hole]) == ["0.15"]
    assert found("MultiPolygon", [[box], [wide, hole]]) == ["0.05", "0.15"]
    triangle = [[-0.2, 89.9], [0.0, 89.9], [0.0, 90.0], [-0.2, 89.9]]
    assert found("Polygon", [triangle]) == ["-0.05"]
    both = {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [0.01, 89.91]}]}
    assert server.post("/api/search", {"intersects": both, "limit": 1})["numberMatched"] == 2


def test_times(server):
    def years(text):
        return {one[-4:] for one in ids(get(server, datetime=text, limit=1000))}

    assert years("2024-02-29T12:00:00Z") == {"2024"}
    assert years("2022-12-31T23:59:59Z/2023-01-01T00:00:00Z") == {"2022", "2023"}
    assert years("../2022-01-01T00:00:00Z") == {"2022"}
    assert years("2023-12-31T23:59:59Z/") == {"2023", "2024"}
    assert years("2030-01-01T00:00:00Z/..") == set()
    assert years("2024-01-01T00:59:59+01:00") == {"2023"}


def test_past_the_end(server):
    page = get(server, token=item_id("179.95", 2021))
    assert (page["features"], page["numberReturned"], page["numberMatched"]) == ([], 0, TOTAL)
    assert link(page, "next") is None
    last = list(pages(server, limit=1000))[-1]
    page = get(server, token=ids(last)[-1])
    assert page["features"] == [] and link(page, "next") is None


@pytest.mark.parametrize(
    "query, words",
    [
        ("bbox=1,2,3", ["bbox", "north"]),
        ("bbox=a,b,c,d", ["bbox"]),
        ("bbox=0,0,nan,1", ["bbox"]),
        ("bbox=0,0,1e999,1", ["bbox"]),
        ("bbox=0,50,1,40", ["bbox", "south"]),
        ("bbox=-200,0,0,10", ["bbox", "-200", "180"]),
        ("bbox=0,0,10,100", ["bbox", "90"]),
        ("bbox=10,0,5,1", ["bbox", "355"]),
        ("bbox=", ["bbox"]),
        ("bbox=0,0,1,1&bbox=0,0,2,2", ["bbox", "once"]),
        ("limit=0", ["limit", "0"]),
        ("limit=-5", ["limit", "-5"]),
        ("limit=ten", ["limit", "ten"]),
        ("limit=99999999999999999999999", ["limit"]),
        ("datetime=2024", ["datetime", "2024"]),
        ("datetime=2024-06-01T00:00:00Z/2023-06-01T00:00:00Z", ["datetime"]),
        ("datetime=..", ["datetime"]),
        ("token=2", ["token", "2"]),
        ("token=grid_0.10_52.05_2024", ["token"]),
        ("intersects=POINT(0 0)".replace(" ", "%20"), ["intersects", "GeoJSON"]),
        ('intersects={"type":"Point","coordinates":[0,91]}'.replace('"', "%22"), ["intersects", "91"]),
        ('bbox=0,0,1,1&intersects={"type":"Point","coordinates":[0,0]}'.replace('"', "%22"), ["intersects", "bbox"]),
        ("filter=eo:cloud_cover<10".replace("<", "%3C"), ["filter", "bbox"]),
        ("limit=%FF", ["UTF-8"]),
    ],
)
def test_questions_that_cannot_be_understood(server, query, words):
    problem = server.json("/api/search?" + query, 400)
    assert problem["code"] == "BadRequest" and "expected" in problem["description"]
    for word in words:
        assert word in problem["description"], problem


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{", b"\xff\xfe", b'{"bbox": "0,0,1,1"}', b'{"limit": "10"}', b'{"limit": 1.5}', b'{"ids": "a"}',
     b'{"query": {}}', b'{"intersects": "POINT(0 0)"}', b'{"token": 1}', b"[" * 100_000,
     b'{"intersects":' + b'{"type":"GeometryCollection","geometries":[' * 5000],
)  # fmt: skip
def test_bodies_that_cannot_be_understood(server, body):
    answer = server.ask("/api/search", "POST", body)
    problem = json.loads(answer.body)
    assert (answer.status, problem["code"]) == (400, "BadRequest") and "expected" in problem["description"]


def test_a_body_of_ten_megabytes(server):
    for body in (b" " * (10 << 20), b'{"ids": [' + b'"x",' * (2 << 20) + b'"x"]}'):
        answer = server.ask("/api/search", "POST", body)
        problem = json.loads(answer.body)
        assert (answer.status, problem["code"]) == (413, "PayloadTooLarge") and "1048576" in problem["description"]
    # Without a length, too.
    chunk = b"100000\r\n" + b" " * (1 << 20) + b"\r\n"
    request = b"POST /api/search HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert server.raw(request + chunk * 10 + b"0\r\n\r\n").startswith(b"HTTP/1.1 413")
    assert server.raw(request + b"no number\r\n").startswith(b"HTTP/1.1 400")
    almost = json.dumps({"ids": ["x" * 1000] * 1000}).encode()
    assert server.ask("/api/search", "POST", almost).status == 200


def test_a_geometry_of_many_corners_is_bounded(server):
    zigzag = [[lon / 100, -80 if lon % 2 else 80] for lon in range(-9000, 9000)]
    begun = time.monotonic()
    page = server.post("/api/search", {"intersects": {"type": "Polygon", "coordinates": [[*zigzag, zigzag[0]]]}})
    assert page["numberMatched"] == 0 and time.monotonic() - begun < 20
    problem = server.post("/api/search", {"intersects": {"type": "MultiPoint", "coordinates": [[0, 0]] * 20_001}}, 400)
    assert "20000" in problem["description"]


def test_other_methods_and_paths(server):
    for path, method in [("/api/search", "PUT"), ("/api/search", "DELETE"), ("/api", "POST"), ("/api/collections", "POST")]:
        answer = server.ask(path, method, b"{}")
        assert (answer.status, json.loads(answer.body)["code"]) == (405, "MethodNotAllowed"), path
        assert "GET" in answer["Allow"]
    for path in ("/api/none", "/api/search/", "/api/collections/tessera-v1-2024/none", "/api/%2e%2e/%2e%2e/etc/passwd"):
        assert server.json(path, 404)["code"] == "NotFound"
    assert server.ask("/api/search?limit=1000", Accept_Encoding="gzip")["Content-Encoding"] == "gzip"


def test_a_catalogue_that_is_updated(root, tmp_path):
    """The API answers from what is there now, without being started again."""
    shutil.copytree(root / "v1", tmp_path / "v1", copy_function=os.link)
    command.done("catalog", "build", tmp_path / "v1", "-o", tmp_path / "stac", "--no-items", "--year", 2022)
    with serving.serving(tmp_path) as server:
        assert get(server)["numberMatched"] == len(YEARS[2022])
        command.done("catalog", "build", tmp_path / "v1", "-o", tmp_path / "stac", "--no-items", "--overwrite")
        give_up = time.monotonic() + 20
        while get(server)["numberMatched"] != TOTAL:
            assert time.monotonic() < give_up
            time.sleep(0.1)
        assert len(server.json("/api/collections")["collections"]) == len(YEARS)


def test_pystac_client(client):
    assert client.conforms_to("ITEM_SEARCH") and client.conforms_to("COLLECTIONS") and client.conforms_to("FEATURES")
    assert not client.conforms_to("FILTER")
    assert [one.id for one in client.get_collections()] == [f"tessera-v1-{year}" for year in YEARS]
    collection = client.get_collection("tessera-v1-2023")
    assert len(list(collection.get_items())) == len(YEARS[2023])
    assert collection.get_item(item_id(YEARS[2023][0], 2023)).collection_id == collection.id


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_searches_of_pystac_client(client, method):
    def found(**asked):
        search = client.search(method=method, **asked)
        items = list(search.items())
        matched = search.matched()
        assert matched == len(items) or asked.get("max_items")
        return items

    everything = found(limit=40)
    assert len(everything) == TOTAL and all(isinstance(item, pystac.Item) for item in everything)
    assert len(list(client.search(method=method, limit=40).pages())) == -(-TOTAL // 40)
    assert len(found(max_items=25, limit=10)) == 25
    assert {item.id for item in found(bbox=[0, 89.9, 0.1, 90])} == {item_id("0.05", year) for year in (2023, 2024) if "0.05" in YEARS[year]}
    assert {item.properties["start_datetime"] for item in found(datetime="2023")} == {"2023-01-01T00:00:00Z"}
    assert len(found(datetime="2022-03/2023-04")) == len(YEARS[2022]) + len(YEARS[2023])
    wanted = [item_id(LONS[0], 2024), item_id(LONS[2], 2023)]
    assert {item.id for item in found(ids=wanted)} == set(wanted)
    assert len(found(collections=["tessera-v1-2022", "tessera-v1-2024"])) == len(YEARS[2022]) + len(YEARS[2024])
    polygon = {"type": "Polygon", "coordinates": [[[0, 89.9], [0.1, 89.9], [0.1, 90], [0, 90], [0, 89.9]]]}
    assert [item.id for item in found(intersects=polygon, datetime="2024")] == [item_id("0.05", 2024)]
    with pytest.raises(pystac_client.exceptions.APIError, match="bbox"):
        found(bbox=[0, 50, 1, 40])


def test_many_searches_at_a_time(server):
    def search(at):
        connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
        try:
            for lon in LONS[at::8]:
                connection.request("GET", f"/api/search?ids={item_id(lon, 2024)}")
                assert ids(json.loads(connection.getresponse().read())) == [item_id(lon, 2024)]
        finally:
            connection.close()

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(search, range(8)))


def test_a_client_that_breaks_off(server):
    for request in (b"GET /api/search?limit=1000 HTTP/1.1\r\nHost: x\r\n\r\n", b"POST /api/search HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"):
        with socket.create_connection((server.host, server.port)) as stream:
            stream.sendall(request)
    assert get(server)["numberMatched"] == TOTAL
