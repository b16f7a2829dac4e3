"""What a cluster hangs on: the worst loss, single points of failure, and a way round a border."""

import twinfed as tf

with tf.open(tf.sample("harmattan")) as fed:
    report = fed.resilience()
    print(f"{report.shape.type} of {len(report.cluster.sites)} sites")
    print(f"worst loss: {report.worst.name}, {report.worst.share:.0%} of the units")
    for risk in report.products:
        print(f"{risk.product}: hangs on {', '.join(risk.sites + risk.links) or 'no single one'}")

    # Who else could sew straps, and what is missing?
    (sew,) = fed.match("P1", "strap").steps
    print(f"straps: {', '.join(sew.sites)}; {len(sew.refused)} sites refused")
    print(f"first reason: {sew.refused[0].reason}")

    # From the sewing to the assembly line while the border with Benin is closed.
    around = fed.routes("WA-ABA", "WA-ACC", by="cost", closed=["NG:BJ"])
    for route in around.routes:
        print(f"{' > '.join(route.links)}: {route.hours:.0f} h, {route.cost:.0f} USD a tonne")
