"""A Caddyfile as a tree, by its grammar: a directive a line, blocks in braces, comments after `#`.

Snippets, heredocs and quoted words are not understood: they are an error, not a guess.
"""

import re
from dataclasses import dataclass, field

_WORDS = re.compile(r"[^\s#\"`<{}]+|[{}]")


@dataclass(slots=True)
class Directive:
    words: list[str]
    block: list["Directive"] = field(default_factory=list)

    def only(self, name: str) -> "Directive":
        (found,) = [each for each in self.block if each.words[:1] == [name]]
        return found

    def told(self) -> dict[str, str]:
        """Its plain lines: a name and one word."""
        return {each.words[0]: each.words[1] for each in self.block if len(each.words) == 2}


def parsed(text: str) -> Directive:
    root = Directive(["(file)"])
    open_ones = [root]
    for line in text.splitlines():
        code = re.sub(r"(^|\s)#.*", "", line).strip()
        words = _WORDS.findall(code)
        assert "".join(words) == re.sub(r"\s", "", code), f"not understood: {line}"
        if words == ["}"]:
            open_ones.pop()
        elif words:
            _add(words, open_ones)
    assert open_ones == [root], "braces do not match"
    return root


def _add(words: list[str], open_ones: list[Directive]) -> None:
    opens = words[-1] == "{"
    directive = Directive(words[:-1] if opens else words)
    assert not {"{", "}"} & set(directive.words), f"a brace amid {words}"
    open_ones[-1].block.append(directive)
    if opens:
        open_ones.append(directive)
