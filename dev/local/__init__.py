"""What a developer's machine needs in the place of a platform: a broker and a database of its own, with or without Docker.

Nothing in the services or the chassis may import this package; it is in no image.
"""
