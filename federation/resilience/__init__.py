"""How much of a cluster survives the loss of a site or a link, and what it depends on. Pure.

Everything here is read off the specification, the permissions and, where there is one, the shared
schedule: no run is made. A usual week is judged, without holidays, with machine hours less the mean
of breakdowns and of power cuts that nothing backs up.
"""
