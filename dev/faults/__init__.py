"""The fault harness: a real cluster under load, things that die in it, and what is left to be judged.

Nothing in the services or the chassis knows it, and nothing of it is shipped.
"""
