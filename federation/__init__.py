"""The cluster: topology, graph, snapshot, schedule and the running federation."""
