"""From quantized pixels to a picture of three components, beside scikit-learn."""

import math

from contestant import Measured, python, rust, take_turns
from table import Row, mebibytes

CPU, MEMORY, ANGLE, SIMD_ANGLE = 4.0, 6.0, 1e-5, 1e-6


def run(setup):
    with (
        rust(setup) as tessera, python(setup, "with_sklearn.py") as sklearn,
        python(setup, "with_sklearn.py", threads=1) as single, python(setup, "with_sklearn.py") as exact,
        rust(setup) as plain,
    ):
        others = {f"scikit-learn, {setup.threads} threads": sklearn, "scikit-learn, 1 thread": single}
        turns = {"tessera": lambda _: tessera.ask("pca", simd=True), "without SIMD": lambda _: plain.ask("pca", simd=False)}
        turns |= {name: lambda _, other=other: other.ask("pca") for name, other in others.items()}
        measured = take_turns(setup.rounds, turns)
        peaks = {"tessera": tessera.ask("memory")["peak_bytes"]}
        peaks |= {name: other.ask("memory")["peak_bytes"] for name, other in others.items()}
        reference = exact.ask("exact")
    check_pictures(measured)
    rows = []
    for name in others:
        least = CPU if name == next(iter(others)) else None
        rows.append(ratio("PCA to picture, CPU time", measured, name, "cpu", least))
        rows.append(ratio("PCA to picture, wall time", measured, name, "wall", None))
    rows.append(ratio("PCA to picture, wall time", measured, "without SIMD", "wall", None))
    name = next(iter(others))
    rows.append(Row("PCA to picture, peak memory", mebibytes(peaks["tessera"]), name, mebibytes(peaks[name]),
                    peaks[name] / peaks["tessera"], least=MEMORY))
    return rows + angles(measured, reference, name)


def ratio(what, measured: Measured, other, key, least):
    """How many times as long another takes."""
    a, b = measured.of("tessera", key), measured.of(other, key)
    return Row(what, f"{a:.3f} s", other, f"{b:.3f} s", b / a, least=least)


def angles(measured, exact, name):
    """The largest angle between corresponding components, in units of its limit."""
    ours, plain = measured["tessera"][-1], measured["without SIMD"][-1]
    theirs = measured[name][-1]

    def row(what, a, b, other, limit):
        angle = largest_angle(a["components"], b["components"])
        return Row(what, f"{angle:.1e} rad", other, f"{limit or 1:.0e} rad", angle / (limit or 1), most=1.0 if limit else None)

    return [
        row("largest angle to the exact components", ours, exact, "limit", ANGLE),
        row("largest angle without SIMD", ours, plain, "limit", SIMD_ANGLE),
        row(f"largest angle to those of {name}", ours, theirs, "one radian", None),
        row(f"largest angle of {name} to the exact components", theirs, exact, "one radian", None),
    ]


def largest_angle(a, b):
    """The largest angle between the rows of two matrices, whatever their sign, precise for small angles too."""
    worst = 0.0
    for x, y in zip(a, b, strict=True):
        x, y = normal(x), normal(y)
        sign = math.copysign(1.0, sum(a * b for a, b in zip(x, y, strict=True)))
        worst = max(worst, 2 * math.asin(min(1.0, math.dist(x, [sign * v for v in y]) / 2)))
    return worst


def normal(x):
    length = math.hypot(*x)
    return [v / length for v in x]


def check_pictures(measured):
    """The pictures have the same mean colour and opacity, out of 255."""
    means = [answers[-1]["means"] for answers in measured.values()]
    for other in means[1:]:
        if max(abs(a - b) for a, b in zip(means[0], other, strict=True)) > 0.1:
            raise SystemExit(f"the pictures differ: {means}")
