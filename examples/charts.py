"""Charts of an answer as pictures: python examples/charts.py [FOLDER] [REPLICATIONS]."""

import sys
from pathlib import Path

import twinfed as tf

target = Path(sys.argv[1] if len(sys.argv) > 1 else "twinfed-charts")
replications = int(sys.argv[2]) if len(sys.argv) > 2 else 5
target.mkdir(parents=True, exist_ok=True)

folder = tf.sample("harmattan")
scenario = tf.load_scenario(folder / "scenarios" / "nigeria-grid-collapse.yaml")
with tf.open(folder) as fed:
    fed.emulate(scenario.fork_at)
    result = fed.whatif(scenario, replications=replications)

for name, chart in result.charts.items():
    # In the report a chart is as wide as the page; a picture has a width of its own.
    chart.properties(width=760).save(target / f"{name}.png", scale_factor=2)
    print(target / f"{name}.png")
