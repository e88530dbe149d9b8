"""The command `tessera`, run as a user would."""

import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def binary() -> pathlib.Path:
    """$TESSERA, or the binary that `cargo build` makes."""
    path = pathlib.Path(os.environ.get("TESSERA", ROOT / "target/debug/tessera"))
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there: `cargo build -p tessera-cli`, or set TESSERA to a binary")
    return path


class Outcome:
    """What a run left: exit code, standard output and standard error."""

    def __init__(self, args, code, out, err):
        self.args, self.code, self.out, self.err = args, code, out, err

    def expect(self, code, *words):
        """Asserts the exit code, and words that the message must hold."""
        assert self.code == code, f"{self}: exit code {self.code}, expected {code}"
        for word in words:
            assert word in self.err, f"{self}: {word!r} is not in the message"
        return self

    @property
    def json(self):
        """The one JSON object on standard output."""
        assert self.out.count("\n") == 1 and self.out.endswith("\n"), f"{self}: expected one line of output"
        return json.loads(self.out)

    def __str__(self):
        return f"tessera {' '.join(map(str, self.args))}\n{self.out}{self.err}"


def run(*args, **env):
    """Runs `tessera` to its end."""
    done = subprocess.run(
        [binary(), *map(str, args)], capture_output=True, text=True, timeout=300, env={**os.environ, **env}
    )
    return Outcome(args, done.returncode, done.stdout, done.stderr)


def done(*args, **env):
    """Runs `tessera`, which must succeed; returns its JSON object."""
    return run(*args, "--json", **env).expect(0).json


def start(*args, **env):
    """Starts `tessera` and does not wait."""
    return subprocess.Popen(
        [binary(), *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **env}
    )
