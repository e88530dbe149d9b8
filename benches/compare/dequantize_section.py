"""From int8 and scale to float32, beside numpy and memcpy."""

from contestant import python, rust, take_turns
from table import faster, slower


def run(setup):
    with rust(setup) as tessera, python(setup, "with_numpy.py") as numpy:
        rows = []
        for threads in dict.fromkeys((setup.threads, 1)):
            turns = {
                name: lambda _, op=op, more=more: tessera.ask(op, threads=threads, **more)
                for name, op, more in (
                    ("reused", "dequantize", {"fresh": False}), ("memcpy", "copy", {}), ("fresh", "dequantize", {"fresh": True}))
            }
            turns |= {
                "numpy, out=": lambda _: numpy.ask("dequantize", fresh=False),
                "numpy, fresh": lambda _: numpy.ask("dequantize", fresh=True),
            }
            measured = take_turns(setup.rounds, turns)
            check(measured)
            # The targets are those of as many threads as the comparison has.
            def target(value):
                return value if threads == setup.threads else None

            reused, fresh = (f"dequantize into a {array} array, {threads} threads" for array in ("kept", "fresh"))
            rows += [
                slower(reused, measured, "memcpy", target(0.8), ours="reused"),
                faster(reused, measured, "numpy, out=", target(4.0), ours="reused"),
                faster(fresh, measured, "numpy, fresh", target(1.5), ours="fresh"),
            ]
        return rows


def check(measured):
    """All have the same values."""
    sums = [answer["sum"] for answers in measured.values() for answer in answers if "sum" in answer]
    if max(sums) - min(sums) > 1e-6 * abs(sums[0]):
        raise SystemExit(f"dequantized values differ: {sums}")
