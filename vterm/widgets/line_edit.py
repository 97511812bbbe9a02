"""One line of text being typed: pure, so that a painted form can hold several."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class LineEdit:
    """Text and a cursor in it. `allowed` are the characters that may be typed; empty means all. A number takes
    one point, words (`number` false) as many as they want."""

    text: str = ""
    cursor: int = 0
    allowed: str = ""
    most: int = 24
    number: bool = True

    def set(self, text: str) -> None:
        """Replace the text; the cursor goes to its end."""
        self.text, self.cursor = text, len(text)

    def insert(self, text: str) -> bool:
        """Type or paste at the cursor; characters that are not allowed are dropped. Whether anything came in."""
        kept = "".join(c for c in text if c.isprintable() and (not self.allowed or c in self.allowed))
        if self.allowed and self.number and "." in self.text:
            kept = kept.replace(".", "")
        kept = kept[: max(0, self.most - len(self.text))]
        self.text = self.text[: self.cursor] + kept + self.text[self.cursor :]
        self.cursor += len(kept)
        return bool(kept)

    def key(self, key: str) -> bool:
        """Handle an editing key; whether it was one that did something."""
        before = (self.text, self.cursor)
        if key == "backspace" and self.cursor:
            self.text = self.text[: self.cursor - 1] + self.text[self.cursor :]
            self.cursor -= 1
        elif key == "delete":
            self.text = self.text[: self.cursor] + self.text[self.cursor + 1 :]
        elif key in ("ctrl+u", "ctrl+w"):
            self.text, self.cursor = self.text[self.cursor :], 0
        elif key in ("home", "ctrl+a"):
            self.cursor = 0
        elif key in ("end", "ctrl+e"):
            self.cursor = len(self.text)
        elif key == "left":
            self.cursor = max(0, self.cursor - 1)
        elif key == "right":
            self.cursor = min(len(self.text), self.cursor + 1)
        return before != (self.text, self.cursor)
