"""What is generated from the catalogue: JSON Schemas, AsyncAPI documents, event tables; and what guards it.

`python -m dev.contracts` writes them, `--check` names what differs and what would break a subscriber.
"""
