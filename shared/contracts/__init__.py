"""The published language: models only, no behaviour."""
