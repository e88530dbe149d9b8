"""Rows of the comparison and how they are printed."""

import dataclasses


@dataclasses.dataclass
class Row:
    """Something of ours beside something of another, and how many times as much that is.

    `least` and `most` bound the ratio; without either it is there to be known.
    """

    what: str
    ours: str
    other: str
    value: str
    ratio: float
    least: float | None = None
    most: float | None = None

    def target(self):
        if self.least is not None:
            return f"≥ {self.least:g}"
        return f"≤ {self.most:g}" if self.most is not None else "–"

    def met(self):
        """Whether the target is met; None without one."""
        if self.least is not None:
            return self.ratio >= self.least
        return self.ratio <= self.most if self.most is not None else None


def milliseconds(seconds):
    return f"{seconds * 1e3:.1f} ms" if seconds < 0.1 else f"{seconds * 1e3:.0f} ms"


def mebibytes(count):
    return f"{count / 2**20:.0f} MiB"


def faster(what, measured, other, least=None, ours="tessera", key="wall"):
    """How many times longer another takes."""
    a, b = measured.of(ours, key), measured.of(other, key)
    return Row(what, milliseconds(a), other, milliseconds(b), b / a, least=least)


def slower(what, measured, other, most=None, ours="tessera", key="wall"):
    """How many times longer ours takes than something that is a limit."""
    a, b = measured.of(ours, key), measured.of(other, key)
    return Row(what, milliseconds(a), other, milliseconds(b), a / b, most=most)


def markdown(title, rows):
    """The rows as a table."""
    lines = [f"### {title}", "", "| | tessera | beside | | ratio | target | |", "|---|---|---|---|---|---|---|"]
    words = {True: "met", False: "**missed**", None: ""}
    for row in rows:
        ratio = f"{row.ratio:.2g}" if row.ratio < 0.01 else f"{row.ratio:.2f}"
        cells = [row.what, row.ours, row.other, row.value, ratio, row.target(), words[row.met()]]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
