"""How much the guarantees cost on the real cluster: throughput, and the time until a report shows a command.

docs/operations/speed.md says what each ratio means.
"""

from dev.bench.pipeline.whole import bench

__all__ = ["bench"]
