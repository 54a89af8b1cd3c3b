"""Which of an archive's places lie near a point."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from sqlalchemy import Connection, select

from retrieval.errors import InputError
from retrieval.extraction.entities.geography import locate
from retrieval.models import EntityType
from retrieval.stores.sql.tables import entities, events

Point = tuple[float, float]
_EARTH_RADIUS_KILOMETERS = 6371.0


def find_near(connection: Connection, near: Point | None, place_id: str | None, *, kilometers: float) -> list[str]:
    """The places of events that lie within so many kilometers of a point (latitude, longitude) or else of a place.

    Raises:
        InputError: neither is given, or it is not known where the place lies.
    """
    centre = near or _point_of_place(connection, place_id)
    query = select(entities.c.id, entities.c.name, entities.c.country).where(
        entities.c.id.in_(select(events.c.place_id)), entities.c.type == EntityType.PLACE
    )
    found = []
    for row in connection.execute(query):
        point = _point(row.name, row.country)
        if row.id == place_id or (point is not None and distance_kilometers(centre, point) <= kilometers):
            found.append(row.id)
    return found


def distance_kilometers(one: Point, other: Point) -> float:
    """The way between two points over the globe (the haversine formula)."""
    (south, west), (north, east) = (tuple(map(radians, point)) for point in (one, other))
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2
    return 2 * _EARTH_RADIUS_KILOMETERS * asin(sqrt(min(1.0, half)))


def _point_of_place(connection: Connection, place_id: str | None) -> Point:
    if place_id is None:
        raise InputError("a distance from nowhere; give a point or the id of a place with it")
    row = connection.execute(select(entities.c.name, entities.c.country).where(entities.c.id == place_id)).one_or_none()
    if row is None:
        raise InputError(f"there is no place {place_id[:40]!r}; use the id of one that is there")
    point = _point(row.name, row.country)
    if point is None:
        raise InputError(f"it is not known where {row.name[:80]!r} lies; give a point instead")
    return point


def _point(name: str, country: str | None) -> Point | None:
    place = locate(name, country=country).settled
    if place is None or place.latitude is None or place.longitude is None:
        return None
    return place.latitude, place.longitude
