"""The process ids that occur in Open Know-Where style descriptions of makers' shops.

The list is open: a cluster may use its own words. It serves to find slips of the pen.
"""

from __future__ import annotations

PROCESSES: tuple[str, ...] = (
    "3d_printing_fdm",
    "3d_printing_sla",
    "3d_printing_sls",
    "assembly",
    "bending",
    "casting",
    "cnc_milling",
    "cnc_turning",
    "coating",
    "cutting",
    "drilling",
    "forming",
    "grinding",
    "injection_molding",
    "inspection",
    "laser_cutting",
    "mig_welding",
    "packaging",
    "painting",
    "pcb_assembly",
    "plasma_cutting",
    "polishing",
    "post_processing",
    "repair",
    "sawing",
    "sewing",
    "soldering",
    "sterilisation",
    "testing",
    "thermoforming",
    "tig_welding",
    "vacuum_forming",
    "waterjet_cutting",
    "woodworking",
)
