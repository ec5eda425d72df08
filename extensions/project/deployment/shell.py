"""Read simple shell scripts: which commands run, in which order, and under which condition.

Nothing is run. A script is read into a tree of lists, conditions and loops, whose words keep their quotes: what they
are is known once the variables are. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

MAX_SCRIPT = 60_000  # characters of a script: longer ones are programs
MAX_DEPTH = 20  # of lists in each other
OPERATOR = re.compile(r";;|&&|\|\||\|&?|;|&(?!>)|\(|\)|\n")
REDIRECT = re.compile(r"\d*(?:<<<|<<-?|<>|<&|>&|&>>?|>>|>\||<|>)")
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
HARMLESS = re.compile(r"/dev/(?:null|stderr|stdout|fd/[0-2])|&?[0-2-]")  # where output goes without leaving a file


@dataclass(frozen=True)
class Simple:
    """A command without further commands in it. `words` are as they stand, with their quotes and variables.

    `plain`: it reads and writes no file by a redirection, is no part of a pipe, and holds no command of its own.
    """

    words: tuple[str, ...]
    line: int  # of the script, from 1
    text: str
    plain: bool = True


@dataclass(frozen=True)
class Part:
    """A part of a list: what precedes it ("", "&&" or "||"), and whether the script goes on beside it."""

    operator: str
    node: "Node"
    background: bool = False


@dataclass(frozen=True)
class Block:
    """Parts that run one after the other; `own`: in a shell of its own, so that its variables end with it."""

    parts: tuple[Part, ...]
    own: bool = False


@dataclass(frozen=True)
class If:
    """Branches, each a condition and what runs under it, and what runs under none."""

    branches: tuple[tuple[Block, Block], ...]
    otherwise: Block


@dataclass(frozen=True)
class Case:
    """A word, and branches, each with its patterns."""

    word: str
    branches: tuple[tuple[tuple[str, ...], Block], ...]


@dataclass(frozen=True)
class Loop:
    """`head` runs at least once in a `while` or `until`; of a `for`, it is empty."""

    head: Block
    body: Block


@dataclass(frozen=True)
class Function:
    """A function, which runs where its name is a command."""

    name: str
    body: Block


Node = Simple | Block | If | Case | Loop | Function


@dataclass(frozen=True)
class _Token:
    text: str
    line: int
    kind: str  # word | operator | redirect
    start: int
    end: int


class NotPlain(Exception):
    """A script that is not understood as a whole."""


def parse(text: str) -> Block | None:
    """Return what a script runs; None where it is too long, or not understood."""
    if len(text) > MAX_SCRIPT:
        return None
    try:
        parser = _Parser(text, _tokens(text))
        block = parser.block(())
    except (NotPlain, RecursionError):
        return None
    return block if parser.at_end else None


def _tokens(text: str) -> list[_Token]:
    """Return words, operators and redirections, without comments and without the lines of here-documents."""
    found: list[_Token] = []
    position, line, pending = 0, 1, []
    while position < len(text):
        if match := re.compile(r"(?:[ \t]|\\\n)+").match(text, position):
            line += match[0].count("\n")
            position = match.end()
        elif text[position] == "#":
            position = _end_of_line(text, position)
        elif match := REDIRECT.match(text, position):
            found.append(_Token(match[0], line, "redirect", position, match.end()))
            position = match.end()
            if match[0].lstrip("0123456789") in ("<<", "<<-"):
                pending.append(len(found))
        elif match := OPERATOR.match(text, position):
            found.append(_Token(match[0], line, "operator", position, match.end()))
            position = match.end()
            if match[0] == "\n":
                line += 1
                for index in pending:
                    ending = re.sub(r"[\"'\\]", "", found[index].text) if index < len(found) else ""
                    position, line = _after_here_document(text, position, line, ending)
                pending = []
        else:
            end = _end_of_word(text, position)
            found.append(_Token(text[position:end].replace("\\\n", ""), line, "word", position, end))
            line += text.count("\n", position, end)
            position = end
    return found


def _end_of_line(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _after_here_document(text: str, position: int, line: int, ending: str) -> tuple[int, int]:
    while position < len(text):
        end = _end_of_line(text, position)
        found, position, line = text[position:end].strip(), min(end + 1, len(text)), line + 1
        if found == ending:
            break
    return position, line


def _end_of_word(text: str, position: int) -> int:
    """Return where a word ends: quotes, and what stands in braces or parentheses after a `$`, are a part of it."""
    start = position
    while position < len(text):
        character = text[position]
        if character == "\\":
            position += 2
        elif character == "'":
            position = _closing(text, position + 1, "'")
        elif character == '"':
            position = _end_of_double(text, position + 1)
        elif character == "`":
            position = _closing(text, position + 1, "`")
        elif character == "$" and text[position + 1 : position + 2] in ("(", "{"):
            position = _end_of_bracket(text, position + 1)
        elif character == "(" and ASSIGNMENT.fullmatch(text, start, position):  # an array of Bash
            position = _end_of_bracket(text, position)
        elif character in " \t\n;&|()<>":
            break
        else:
            position += 1
    return max(min(position, len(text)), start + 1)


def _closing(text: str, position: int, quote: str) -> int:
    end = text.find(quote, position)
    if end < 0:
        raise NotPlain
    return end + 1


def _end_of_double(text: str, position: int) -> int:
    while position < len(text):
        if text[position] == "\\":
            position += 2
        elif text[position] == '"':
            return position + 1
        elif text[position] == "$" and text[position + 1 : position + 2] in ("(", "{"):
            position = _end_of_bracket(text, position + 1)
        else:
            position += 1
    raise NotPlain


def _end_of_bracket(text: str, position: int) -> int:
    """Return where a bracket that opens at `position` is closed."""
    opening = text[position]
    closing, depth = {"(": ")", "{": "}"}[opening], 0
    while position < len(text):
        character = text[position]
        if character == "\\":
            position += 1
        elif character == "'" and opening == "(":
            position = _closing(text, position + 1, "'") - 1
        elif character == opening:
            depth += 1
        elif character == closing:
            depth -= 1
            if not depth:
                return position + 1
        position += 1
    raise NotPlain


class _Parser:
    """Reads tokens into nodes, each method from where the last one ended."""

    def __init__(self, text: str, tokens: list[_Token]):
        self.text = text
        self.tokens = tokens
        self.position = 0
        self.depth = 0

    @property
    def at_end(self) -> bool:
        return self.position >= len(self.tokens)

    def _peek(self) -> str:
        """Return the next token's text; of a word in quotes, with them, so that it is no keyword."""
        return "" if self.at_end else self.tokens[self.position].text

    def _is(self, *texts: str) -> bool:
        return not self.at_end and self._peek() in texts and self.tokens[self.position].kind != "redirect"

    def _take(self, text: str) -> None:
        if not self._is(text):
            raise NotPlain
        self.position += 1

    def _skip(self, *texts: str) -> None:
        while self._is(*texts):
            self.position += 1

    def block(self, ends: Sequence[str]) -> Block:
        """Return the parts up to one of the words `ends`, which is left."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise NotPlain
        parts: list[Part] = []
        self._skip("\n", ";")
        while not self.at_end and not self._is(*ends, ")", ";;"):
            operator = ""
            while True:
                node = self._pipeline()
                parts.append(Part(operator, node))
                if not self._is("&&", "||"):
                    break
                operator = self._peek()
                self.position += 1
                self._skip("\n")
            if self._is("&"):
                parts[-1] = Part(parts[-1].operator, parts[-1].node, background=True)
                self.position += 1
            elif not (self.at_end or self._is("\n", ";", *ends, ")", ";;")):
                raise NotPlain
            self._skip("\n", ";")
        self.depth -= 1
        return Block(tuple(parts))

    def _pipeline(self) -> Node:
        start = self.position
        nodes = [self._command()]
        while self._is("|", "|&"):
            self.position += 1
            self._skip("\n")
            nodes.append(self._command())
        if len(nodes) == 1:
            return nodes[0]
        first = self.tokens[start]
        text = self.text[first.start : self.tokens[self.position - 1].end]
        words = tuple(word for node in nodes if isinstance(node, Simple) for word in (*node.words, "|"))[:-1]
        return Simple(words, first.line, text, plain=False)

    def _command(self) -> Node:
        if self.at_end:
            raise NotPlain
        compound: dict[str, Callable[[], Node]] = {
            "if": self._if,
            "case": self._case,
            "while": self._while,
            "until": self._while,
            "for": self._for,
            "{": self._braces,
            "(": self._parentheses,
            "function": self._function,
        }
        if self.tokens[self.position].kind != "redirect" and (read := compound.get(self._peek())):
            node = read()
            self._redirections()
            return node
        following = [token.text for token in self.tokens[self.position + 1 : self.position + 3]]
        if following == ["(", ")"] and re.fullmatch(r"[\w.-]+", self._peek()):
            return self._function()
        return self._simple()

    def _redirections(self) -> bool:
        """Pass redirections, and return whether one of them reads or writes a file."""
        files = False
        while not self.at_end and self.tokens[self.position].kind == "redirect":
            self.position += 1
            if self.at_end or self.tokens[self.position].kind != "word":
                raise NotPlain
            files = files or not HARMLESS.fullmatch(self._peek())
            self.position += 1
        return files

    def _simple(self) -> Simple:
        first = self.tokens[self.position]
        words: list[str] = []
        plain, end = True, first.end
        while not self.at_end and self.tokens[self.position].kind != "operator":
            if self.tokens[self.position].kind == "redirect":
                plain = not self._redirections() and plain
            else:
                words.append(self._peek())
                self.position += 1
            end = self.tokens[self.position - 1].end
        if not words and plain:
            raise NotPlain
        return Simple(tuple(words), first.line, self.text[first.start : end].replace("\\\n", " "), plain)

    def _if(self) -> If:
        branches = []
        otherwise = Block(())
        self._take("if")
        while True:
            condition = self.block(("then",))
            self._take("then")
            branches.append((condition, self.block(("elif", "else", "fi"))))
            if not self._is("elif"):
                break
            self._take("elif")
        if self._is("else"):
            self._take("else")
            otherwise = self.block(("fi",))
        self._take("fi")
        return If(tuple(branches), otherwise)

    def _case(self) -> Case:
        self._take("case")
        word = self._peek()
        self.position += 1
        self._skip("\n")
        self._take("in")
        self._skip("\n")
        branches = []
        while not self._is("esac"):
            self._skip("(")
            patterns = []
            while not self._is(")"):
                if self.at_end:
                    raise NotPlain
                patterns += [] if self._is("|") else [self._peek()]
                self.position += 1
            self._take(")")
            branches.append((tuple(patterns), self.block(("esac",))))
            self._skip("\n", ";;")
        self._take("esac")
        return Case(word, tuple(branches))

    def _while(self) -> Loop:
        self.position += 1
        head = self.block(("do",))
        self._take("do")
        body = self.block(("done",))
        self._take("done")
        return Loop(head, body)

    def _for(self) -> Loop:
        self._take("for")
        while not self._is("do"):
            if self.at_end:
                raise NotPlain
            self.position += 1
        self._take("do")
        body = self.block(("done",))
        self._take("done")
        return Loop(Block(()), body)

    def _braces(self) -> Block:
        self._take("{")
        block = self.block(("}",))
        self._take("}")
        return block

    def _parentheses(self) -> Block:
        self._take("(")
        block = self.block(())
        self._take(")")
        return Block(block.parts, own=True)

    def _function(self) -> Function:
        if self._is("function"):
            self.position += 1
        name = self._peek()
        self.position += 1
        self._skip("(", ")", "\n")
        self._take("{")
        self.position -= 1
        return Function(name, self._braces())


QUOTED = re.compile(
    r"'(?P<single>[^']*)'|\\(?P<escaped>.)|\$\{(?P<name>\w+)(?::?(?P<sign>[-=+?])(?P<default>[^{}]*))?\}"
    r"|\$(?P<plain>\w+|[@*#?$!])|(?P<other>\$\(|`|\$\{)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Expanded:
    """A word with its quotes gone and its variables filled in; `known` is False where one is not known."""

    text: str
    known: bool = True


def expand(word: str, values: Mapping[str, str]) -> Expanded:
    """Return what a word is, as far as variables are known; an unknown one stays as it stands."""
    known, double, found, position = True, False, "", 0
    while position < len(word):
        character = word[position]
        match = QUOTED.match(word, position)
        if character == '"':
            double = not double
            position += 1
        elif match is None or (double and character == "'"):
            found += character
            position += 1
        elif match["single"] is not None:
            found += match["single"]
            position = match.end()
        elif match["escaped"] is not None:
            found += match["escaped"] if not double or match["escaped"] in '$`"\\' else match[0]
            position = match.end()
        elif match["other"]:
            return Expanded(found + word[position:], known=False)
        else:
            text = _value(match, values)
            known = known and text is not None
            found += match[0] if text is None else text
            position = match.end()
        if len(found) > 4000:
            return Expanded(found[:4000], known=False)
    return Expanded(found, known)


def _value(match: re.Match[str], values: Mapping[str, str]) -> str | None:
    name = match["name"] or match["plain"]
    if match["sign"] == "+":
        return None if name not in values else match["default"].strip("\"'") if values[name] else ""
    if values.get(name):
        return values[name]
    if match["sign"] in ("-", "=") and "$" not in match["default"]:
        return str(match["default"]).strip("\"'")
    return values.get(name)
