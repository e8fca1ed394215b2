"""A broker and a database of one's own on a developer's machine, with or without Docker.

Nothing in the services or the chassis may import this package; it is in no image.
"""
