"""What a person sees while a programme is played: a line for each step, and words at an end that was not meant."""

import time
from typing import NoReturn

import typer
from rich.console import Console

EXIT_FAILED, EXIT_USAGE = 1, 2

console = Console(highlight=False, soft_wrap=True)


def tell(text: str) -> None:
    """Tell a step."""
    console.print(f"[dim]{time.strftime('%H:%M:%S')}[/dim]  {text}")


def end(code: int, words: str) -> NoReturn:
    """End with this exit code, and say why."""
    console.print(words, style="red")
    raise typer.Exit(code)
