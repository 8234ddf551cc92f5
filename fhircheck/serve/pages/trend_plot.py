"""Lines over runs as coordinates for an SVG: what it shows also stands in words and in the table of runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 480, 180
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 26


@dataclass(frozen=True, slots=True)
class Mark:
    """One run on a line. x, y: coordinates. label: what it says."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line. parts: points of its parts (a run without the number parts it). style: number of its look."""

    name: str
    parts: tuple[str, ...]
    marks: tuple[Mark, ...]
    style: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot. key: its title in the words of pages. runs: numbers of the first and the last run."""

    key: str
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    runs: tuple[Tick, ...]
    first: int
    last: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


Named = tuple[str, Sequence[float | None]]


def plot(
    key: str, numbers: Sequence[int], lines: Sequence[Named], text: "Shown", top: float | None = None
) -> Plot | None:
    """The plot of `lines` over the runs `numbers`; None where fewer than two runs have a number.

    top: end of the scale, where it is fixed (100 points). text: how a value is written.
    """
    values = [value for _, line in lines for value in line if value is not None]
    if len(numbers) < 2 or len(values) < 2:
        return None
    highest, step = _scale(max(values), top)
    across = (WIDTH - LEFT - RIGHT) / (len(numbers) - 1)
    down = (HEIGHT - TOP - BOTTOM) / highest

    def x(index: int) -> float:
        return round(LEFT + index * across, 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - value * down, 1)

    drawn = []
    for style, (name, line) in enumerate(lines):
        marks = [
            Mark(x(index), y(value), f"{name}, {numbers[index]}: {text(value)}")
            for index, value in enumerate(line)
            if value is not None
        ]
        if marks:
            known = [value for value in line if value is not None]
            parts = tuple(_parts([None if value is None else (x(i), y(value)) for i, value in enumerate(line)]))
            drawn.append(Line(name, parts, tuple(marks), style, text(known[0]), text(known[-1])))
    ticks = tuple(Tick(y(index * step), text(index * step)) for index in range(round(highest / step) + 1))
    shown = sorted({0, len(numbers) // 2, len(numbers) - 1})
    runs = tuple(Tick(x(index), str(numbers[index])) for index in shown)
    return Plot(key, tuple(drawn), ticks, runs, numbers[0], numbers[-1])


class Shown:
    """Writes a value of an axis: whole, with the language's thousands."""

    def __init__(self, language: str, digits: int = 0) -> None:
        self._language = language
        self._digits = digits

    def __call__(self, value: float) -> str:
        whole = float(value).is_integer() or not self._digits
        text = f"{value:,.0f}" if whole else f"{value:,.{self._digits}f}"
        return text.translate(str.maketrans(",.", ".,")) if self._language == "de" else text


def _scale(most: float, top: float | None) -> tuple[float, float]:
    """End and step of an axis from 0 that holds `most`: steps of 1, 2 or 5 times a power of ten."""
    if top is not None:
        return top, top / 4
    most = max(most, 1)
    rough = most / 4
    power = 10 ** floor(log10(rough)) if rough >= 1 else 1
    step = next(each * power for each in (1, 2, 5, 10) if each * power >= rough)
    return step * max(ceil(most / step), 1), step


def _parts(points: Sequence[tuple[float, float] | None]) -> list[str]:
    """The points of each run of neighbours, as SVG wants them; one alone is only a mark."""
    parts: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            parts.append([])
        else:
            parts[-1].append(point)
    return [" ".join(f"{x},{y}" for x, y in part) for part in parts if len(part) > 1]
