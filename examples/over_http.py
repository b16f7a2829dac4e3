"""Serve a cluster and ask it over HTTP. The server is a process of its own, as in real life."""

import json
import subprocess
import sys

import twinfed as tf

command = [
    *(sys.executable, "-m", "twinfed.cli.main", "serve", "harmattan", "--port", "0", "--json"),
    *("--engine", "local", "--emulate-until", "2027-01-07T09:00Z"),
    *("--data-dir", sys.argv[1] if len(sys.argv) > 1 else "twinfed-served"),
]
with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
    lines = []
    while not lines or lines[-1] != "}\n":  # it says where it listens when it is there
        lines.append(server.stdout.readline())
    url = json.loads("".join(lines))["url"]
    try:
        with tf.connect(url) as fed:
            print(f"{len(fed.sites)} twins, scenarios: {', '.join(fed.scenarios)}")
            print(f"revision of Lagos: {fed.site('WA-LOS').reading.revision}")
            answer = fed.whatif("kaduna-short-outage", ["stay", "greedy"], replications=2)
            print(answer.sentence)
            print(answer.kpis.head(3))
    finally:
        server.terminate()
