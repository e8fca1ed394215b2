"""How a part is replaced: `setattr` in a process of the harness, something that puts it back in a test."""

from collections.abc import Callable
from typing import Any

Replace = Callable[[Any, str, Any], None]
