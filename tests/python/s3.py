"""SeaweedFS as S3 on this machine, for the tests."""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

KEY, SECRET = "testkey", "testsecret"


def weed():
    """The program, which tests/run installs; None where it is not there."""
    path = pathlib.Path(os.environ.get("TESSERA_TEST_WEED", ""))
    return path if path.is_file() else None


def free_ports(count):
    """Ports that nobody listens on, of which those 10,000 above are free too: a server listens there as well."""
    found = []
    while len(found) < count:
        with contextlib.ExitStack() as stack:
            try:
                first = stack.enter_context(socket.socket())
                first.bind(("127.0.0.1", 0))
                port = first.getsockname()[1]
                if not 20000 < port < 55000 or port in found:
                    continue
                second = stack.enter_context(socket.socket())
                second.bind(("127.0.0.1", port + 10000))
            except OSError:
                continue
            found.append(port)
    return found


class Weed:
    """A running server with one identity, and the environment in which tools find it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        (self.folder / "data").mkdir(parents=True)
        config = {"identities": [{
            "name": "t", "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}
        (self.folder / "s3.json").write_text(json.dumps(config))
        master, volume, self.filer, self.port = free_ports(4)
        options = {
            "ip": "127.0.0.1", "ip.bind": "127.0.0.1", "dir": self.folder / "data", "master.port": master,
            "volume.port": volume, "filer.port": self.filer, "s3.port": self.port, "s3.config": self.folder / "s3.json",
            "master.volumeSizeLimitMB": 64, "volume.max": 60}
        command = [weed(), "server", *(f"-{name}={value}" for name, value in options.items()), "-filer", "-s3"]
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, cwd=self.folder)
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1", "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"}
        self.wait()

    def wait(self):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.endpoint}/healthz", timeout=5).close()
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"SeaweedFS did not start: {(self.folder / 'log').read_text()[-2000:]}")

    def stop(self):
        # Asked kindly it waits half a minute for its parts, and nothing of it is wanted any more.
        self.process.kill()
        self.process.wait()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # The files behind the buckets, by a way that does not use what is tested.

    def _url(self, name):
        return f"http://127.0.0.1:{self.filer}/buckets/{urllib.parse.quote(name)}"

    def make_bucket(self, bucket):
        # A folder of the filer is a bucket.
        self.put(f"{bucket}/made", b"x")
        self.remove(f"{bucket}/made")

    def remove(self, name):
        urllib.request.urlopen(urllib.request.Request(self._url(name), method="DELETE"), timeout=60).close()

    def put(self, name, data):
        request = urllib.request.Request(
            self._url(name), method="PUT", data=data, headers={"Content-Type": "application/octet-stream"})
        urllib.request.urlopen(request, timeout=60).close()

    def get(self, name):
        """The bytes of an object; None where there is none."""
        try:
            with urllib.request.urlopen(self._url(name), timeout=60) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise

    def upload(self, folder, name):
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.is_file():
                self.put(f"{name}/{path.relative_to(folder)}", path.read_bytes())

    def names(self, folder):
        """The objects below a folder of a bucket, without its name, sorted."""
        found, folders = [], [""]
        while folders:
            at = folders.pop()
            last = ""
            while True:
                url = f"{self._url(folder)}/{urllib.parse.quote(at)}?limit=1000&lastFileName={urllib.parse.quote(last)}"
                request = urllib.request.Request(url, headers={"Accept": "application/json"})
                try:
                    with urllib.request.urlopen(request, timeout=60) as answer:
                        entries = json.load(answer).get("Entries") or []
                except urllib.error.HTTPError as error:
                    if error.code != 404:
                        raise
                    entries = []
                for entry in entries:
                    name = pathlib.PurePosixPath(entry["FullPath"]).name
                    if entry["Mode"] & (1 << 31):
                        folders.append(f"{at}{name}/")
                    else:
                        found.append(f"{at}{name}")
                    last = name
                if len(entries) < 1000:
                    break
        return sorted(found)
