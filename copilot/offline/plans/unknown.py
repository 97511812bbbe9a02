"""What is not understood, not wanted, or not the copilot's to do."""

from __future__ import annotations

from copilot.offline.work import Work

EXAMPLES = ("compare NVDA and AMD", "am I over-exposed to tech?", "how much NVDA can I buy")


async def unknown(work: Work) -> None:
    """Says so, and three things that would be understood."""
    work.say("I do not understand that. Without a model I read a small grammar; try one of these:")
    work.rows(f"`{example}`" for example in EXAMPLES)


async def negated(work: Work) -> None:
    """A wish that something be not done."""
    work.say("Nothing is proposed, as you said.")


async def forbidden(work: Work) -> None:
    """What only a person can do."""
    work.say(
        "The copilot can neither sign nor change keys, limits or settings; nothing was done and nothing is "
        "confirmed. What it proposes waits for you: F9 opens it, `vterm sign ID` does the same in plain text."
    )
