"""What some work costs for more and more tiles, drawn as SVG: seconds and memory, both axes logarithmic."""

import math

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 330, 250, 56, 34, 40
COLOURS = {"basis": "#1f6f8b", "pyramid": "#c8553d"}


def svg(lines):
    """`lines`: what → [(tiles, CPU seconds, peak bytes)]."""
    seconds = {what: [(n, cpu) for n, cpu, _ in points] for what, points in lines.items()}
    memory = {what: [(n, peak / 2**20) for n, _, peak in points] for what, points in lines.items()}
    parts = [panel(seconds, 0, "CPU seconds", ideal=True), panel(memory, WIDTH + 40, "peak memory, MiB", ideal=False)]
    for at, (what, colour) in enumerate(COLOURS.items()):
        x = LEFT + at * 90
        parts.append(f'<circle cx="{x}" cy="12" r="4" fill="{colour}"/><text x="{x + 9}" y="16">{what}</text>')
    parts.append(f'<text x="{LEFT + 180}" y="16" fill="#777">dashed: in proportion to the pixels</text>')
    size = (2 * WIDTH + 60, HEIGHT + 8)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" viewBox="0 0 {size[0]} {size[1]}" '
        'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>' + "".join(parts) + "</svg>\n"
    )


def panel(lines, left, title, ideal):
    values = [value for points in lines.values() for _, value in points]
    counts = [n for points in lines.values() for n, _ in points]
    low, high = 10 ** math.floor(math.log10(min(values))), 10 ** math.ceil(math.log10(max(values)))
    share = lambda value, a, b: (math.log(value) - math.log(a)) / (math.log(b) - math.log(a))
    x = lambda n: left + LEFT + share(n, min(counts), max(counts)) * (WIDTH - LEFT - 12)
    y = lambda value: HEIGHT - BOTTOM - share(value, low, high) * (HEIGHT - BOTTOM - TOP)
    out = [f'<text x="{left + LEFT}" y="{TOP - 8}" font-weight="bold">{title}</text>']
    decade = low
    while decade <= high * 1.01:
        out.append(f'<line x1="{x(min(counts))}" x2="{x(max(counts))}" y1="{y(decade)}" y2="{y(decade)}" stroke="#ddd"/>')
        out.append(f'<text x="{left + LEFT - 6}" y="{y(decade) + 4}" text-anchor="end">{decade:g}</text>')
        decade *= 10
    for n in sorted(set(counts)):
        out.append(f'<text x="{x(n)}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{n}</text>')
    out.append(f'<text x="{(x(min(counts)) + x(max(counts))) / 2}" y="{HEIGHT - 6}" text-anchor="middle">tiles</text>')
    for what, points in lines.items():
        path = " ".join(f"{x(n):.1f},{y(value):.1f}" for n, value in points)
        out.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[what]}" stroke-width="2"/>')
        out += [f'<circle cx="{x(n):.1f}" cy="{y(value):.1f}" r="3" fill="{COLOURS[what]}"/>' for n, value in points]
        if ideal:
            (n, first), last = points[0], points[-1][0]
            ends = f"{x(n):.1f},{y(first):.1f} {x(last):.1f},{y(min(high, first * last / n)):.1f}"
            out.append(f'<polyline points="{ends}" fill="none" stroke="{COLOURS[what]}" stroke-dasharray="4 4" opacity="0.6"/>')
    return "".join(out)
