"""Who is put together with whom."""

from uuid import UUID

Pairing = tuple[UUID, UUID]
"""Mentor and mentee, as volunteer ids."""
