"""Ask what happens, compare what one can do, and ask again with a longer outage."""

from datetime import timedelta

import twinfed as tf

REPLICATIONS = 5  # enough for an example; 30 for an answer

folder = tf.sample("harmattan")
collapse = tf.load_scenario(folder / "scenarios" / "nigeria-grid-collapse.yaml")

# A variant: the black-out lasts a day longer than in the sample, and nobody knows it before.
black, roster = collapse.edits
longer = collapse.replace(
    id="a-day-longer",
    title="The black-out lasts a day longer",
    edits=(
        black.model_copy(update={"end": black.end + timedelta(days=1)}),
        roster.model_copy(update={"start": roster.start + timedelta(days=1)}),
    ),
)

with tf.open(folder) as fed:
    fed.emulate(collapse.fork_at)
    result = fed.whatif([collapse, longer], ["stay", "greedy"], replications=REPLICATIONS)

for scenario in (collapse, longer):
    print(scenario.title)
    print(" ", result.verdict_of(scenario.id).sentence)
    shown = result.compare("greedy", "stay", scenario.id)
    for kpi in ("late_orders", "extra_cost", "extra_emission_kg"):
        ((difference, unit),) = shown.filter(shown["kpi"] == kpi)["difference", "unit"].rows()
        print(f"  {kpi}: {difference:+,.0f} {unit} by rerouting")
