"""How long the best pairs take, and how much memory: beside another open matcher, and at three sizes.

docs/operations/speed.md says what each figure means.
"""

from dev.bench.matching.whole import bench

__all__ = ["bench"]
