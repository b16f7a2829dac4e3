"""Colours of one chart can be told apart by every reader."""

from itertools import combinations

import numpy as np
import pytest

from analytics.chart_theme import CALM, HOME, MOVED, PARTS, PHASE, RESPONSES, SHADE, SOURCES, STATE

EYES = {
    "all cones": np.eye(3),
    "no red cones": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green cones": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue cones": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
"""What linear RGB becomes (Machado, Oliveira and Fernandes 2009, severity 1)."""
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = XYZ @ np.ones(3)
APART = 12.0
"""Distance in CIELAB, five times what is just noticed side by side."""

CHARTS = {
    "responses": (*RESPONSES, CALM),
    "costs": tuple(PARTS.values()),
    "sources": tuple(SOURCES.values()),
    "phases": tuple(PHASE.values()),
    "states": tuple(STATE.values()),
    "Gantt": (HOME, MOVED, SHADE),
}


def lab(colour, eye):
    """CIELAB of an sRGB colour as seen by an eye."""
    sent = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255.0
    linear = np.where(sent <= 0.04045, sent / 12.92, ((sent + 0.055) / 1.055) ** 2.4)
    x, y, z = np.cbrt(XYZ @ np.clip(np.array(eye) @ linear, 1e-3, 1.0) / WHITE)
    return np.array([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)])


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("chart", CHARTS)
def test_every_reader_tells_the_colours_of_a_chart_apart(chart, eye):
    near = {
        (one, two): round(float(np.linalg.norm(lab(one, EYES[eye]) - lab(two, EYES[eye]))), 1)
        for one, two in combinations(CHARTS[chart], 2)
    }
    assert {pair: apart for pair, apart in near.items() if apart < APART} == {}
