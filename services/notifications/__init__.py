"""Notifications: what people are told, when, and what became of it."""
