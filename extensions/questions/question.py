"""The record of a question: everything that is known of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from ..project import Found
from ..services.site import Site
from .default import Default, default_of
from .kinds import Rule

NEVER = object()  # the as-before value of a question that is as old as the answers that a project can have
SAFE = object()  # the plain value of a question whose plain value is the safe one
WRITTEN = object()  # the plain value of a question whose answer is always written


class Asked(Enum):
    """When Copier asks a question that has no answer yet: the text of its `ask`, around the question's name.

    By `when:` instead, the answer to a question that is not asked would not be stored.
    """

    ALWAYS = "{{{{ '{}' | unanswered }}}}"
    CUSTOMIZING = "{{{{ customize and '{}' | unanswered }}}}"
    FIRST = "{{{{ _copier_conf | checked and '{}' | unanswered }}}}"  # what stands in the way of a copy is said there


@dataclass(frozen=True)
class Reference:
    """What docs/questions.md says of a question, in Markdown: the cells of its table, and the text below it."""

    type: str
    default: str
    changes: str
    allowed: str = ""  # of a text or a number; yes or no, and choices, say themselves what they allow
    refused: str = ""
    notes: str = ""


@dataclass(frozen=True)
class Question:
    """Everything that is known of one question.

    `default` or `found` work out its default from the project. Its default is `safe` if they are missing, find
    nothing, or find what is not a valid answer. Of a list or a mapping, only the items that are not valid are left
    out, unless `together`. If `safe` is "" for a text that must not be empty, there is no default, and the checks
    before a copy ask for an answer.
    """

    name: str
    type: str  # Copier's: str, bool, int or yaml
    help: str  # one line of at most 76 columns: a terminal cuts off what is longer
    rule: Rule  # what an answer may be
    safe: Any
    reference: Reference
    default: Callable[[Site], Default] | None = None
    found: Callable[[Site], Found[Any]] | None = None
    together: bool = False  # whether the items of a list or a mapping make sense together alone
    says_source: bool = False  # whether the help ends in where the default was read
    asked: Asked = Asked.CUSTOMIZING
    when: str = ""  # Copier's: a condition without which there is no answer
    expression: str = ""  # of the default in copier.yml, where it is more than what is found
    comment: str = ""  # why the expression or `asked` is not as everywhere
    against_others: Callable[[Any, Mapping[str, Any]], str] | None = None  # what is wrong beside other answers
    in_project: Callable[[Any, Path], str] | None = None  # what is wrong in the project in a folder
    # The answer of a project whose answers are older than the question, so that an update changes nothing there: you
    # may have edited your files for what is asked now, and a change of the template in the same line would conflict.
    as_before: Any = NEVER
    since: str = ""  # the release that brought it, like 3.1.0; "" for those that 2.2.0 had
    # The value of an answer that the answers file leaves out. Each version has its own, so that an update brings a
    # better one. An answer that names a version, a place or the project itself is always written.
    plain: Any = SAFE

    @property
    def is_written(self) -> bool:
        """Return whether the answers file has the answer whatever it is."""
        return self.plain is WRITTEN or bool(self.when)

    @property
    def left_out(self) -> Any:
        """Return the answer that the answers file leaves out."""
        return self.safe if self.plain is SAFE else self.plain

    def is_plain(self, value: Any) -> bool:
        """Return whether the answers file leaves out this answer."""
        return not self.is_written and type(value) is type(self.left_out) and bool(value == self.left_out)

    @property
    def choices(self) -> list[str]:
        """Return the choices of the rule; none if any valid text may be typed."""
        return list(self.rule.schema.get("enum", ()))

    @property
    def is_read(self) -> bool:
        """Return whether the default is read from the project."""
        return not self.expression or "| found" in self.expression

    def default_from(self, site: Site) -> Default:
        """Return the default that follows from what was found."""
        if self.default:
            return self.default(site)
        return default_of(self.found(site), self.safe) if self.found else Default(self.safe)
