"""Which model a provider is."""

from __future__ import annotations

from copilot.agent.claude import Claude
from copilot.agent.completions import Completions
from copilot.agent.port import Model
from copilot.wire import Provider
from engine.model.refusal import Code, refuse


def model_for(provider: Provider) -> Model:
    """The model of an anthropic or openai provider; nothing is imported or opened yet. Raises Refused with ENUM_ERROR
    for any other kind: those are not asked by the loop."""
    if provider.kind == "anthropic":
        return Claude(provider.model, provider.key, provider.base_url)
    if provider.kind == "openai":
        return Completions(provider.model, provider.key, provider.base_url)
    raise refuse(Code.ENUM_ERROR, f"{provider.kind[:20]!r} is no model", fix="anthropic or openai")
