"""Names: what the rows of the record arrays are called."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Names:
    """What the rows are called.

    Parameters
    ----------
    sites, places, materials, lots, orders
        Ids by row. Places are the sites, then the customers that have a place of their own;
        materials the common ones, then those of customers: ``material@customer``.
    groups, machines
        ``(site, work centre)`` and ``(site, work unit)``.
    parts
        ``(product, part)``.
    links
        ``(link, start, end)``: one row per direction.
    buses
        ``(site, bus)``.
    """

    sites: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    groups: tuple[tuple[str, str], ...] = ()
    machines: tuple[tuple[str, str], ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    lots: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    links: tuple[tuple[str, str, str], ...] = ()
    buses: tuple[tuple[str, str], ...] = ()

    @cached_property
    def site_row(self) -> dict[str, int]:
        """Row of each site."""
        return {name: row for row, name in enumerate(self.sites)}

    @cached_property
    def place_row(self) -> dict[str, int]:
        """Row of each place."""
        return {name: row for row, name in enumerate(self.places)}

    @cached_property
    def group_row(self) -> dict[tuple[str, str], int]:
        """Row of each ``(site, work centre)``."""
        return {name: row for row, name in enumerate(self.groups)}

    @cached_property
    def machine_row(self) -> dict[tuple[str, str], int]:
        """Row of each ``(site, work unit)``."""
        return {name: row for row, name in enumerate(self.machines)}

    @cached_property
    def part_row(self) -> dict[tuple[str, str], int]:
        """Row of each ``(product, part)``."""
        return {name: row for row, name in enumerate(self.parts)}

    @cached_property
    def lot_row(self) -> dict[str, int]:
        """Row of each lot."""
        return {name: row for row, name in enumerate(self.lots)}

    @cached_property
    def order_row(self) -> dict[str, int]:
        """Row of each order."""
        return {name: row for row, name in enumerate(self.orders)}

    @cached_property
    def material_row(self) -> dict[str, int]:
        """Row of each material."""
        return {name: row for row, name in enumerate(self.materials)}

    @cached_property
    def link_rows(self) -> dict[str, tuple[int, ...]]:
        """Rows of each link: one, or two where it is two-way."""
        found: dict[str, tuple[int, ...]] = {}
        for row, (link, _, _) in enumerate(self.links):
            found[link] = (*found.get(link, ()), row)
        return found

    @cached_property
    def bus_row(self) -> dict[tuple[str, str], int]:
        """Row of each ``(site, bus)``."""
        return {name: row for row, name in enumerate(self.buses)}
