"""What calls return: of the functions, methods and classes of the project, and of those from elsewhere."""

import ast
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from . import calls
from .calls import EXTERNAL, Arguments, Bound, Late, Reader, Reference
from .environment import MISSING
from .expressions import MAX_TURNS, Expressions
from .objects import Class, Function, Instance, LoopEnd, Module, Raised, Returned, Scope, Space
from .values import UNKNOWN, Binding, CallablePath, Value, known, merge, words

MAX_CALLS = 12  # functions calling functions
MUTATORS = words("append extend insert remove pop update setdefault add discard clear reverse sort")


class Functions(Expressions):
    """Works out calls."""

    def _eval_Call(self, node: ast.Call, scope: Scope) -> Value:
        function = self.evaluate(node.func, scope)
        arguments = self.arguments(node, scope)
        if not self.depth:
            self.here = f"{scope.file}:{node.lineno}"
        if isinstance(function.data, Reference):
            name = function.data.name
            if name == "super":
                return self.parent_class(scope)
            if name in ("globals", "locals", "vars") and not arguments.positional:
                return Value(Space(scope.globals if name == "globals" else scope.chain[0]))
            if name == "vars" and isinstance(arguments.positional[0].data, Module):
                return Value(Space(arguments.positional[0].data.names))
            if name == "split_settings.tools.include":
                self.include(arguments, scope)
                return Value(None)
            if name == "exec":
                self.notes.append(
                    (f"{scope.file}:{node.lineno}", "runs other code with exec(), which was not followed")
                )
                return Value(None)
        if isinstance(function.data, Bound):
            if function.data.name in MUTATORS and isinstance(node.func, ast.Attribute):
                self.touch(node.func.value, scope, node.lineno)
            if isinstance(function.data.owner.data, Space) and function.data.name == "update":
                self.update_names(function.data.owner.data, arguments, scope, node.lineno)
                return Value(None)
        return self.call(function, arguments)

    def update_names(self, space: Space, arguments: Arguments, scope: Scope, line: int) -> None:
        """Assign what globals().update() does."""
        first = arguments.get(0)
        given = dict(arguments.named)
        if first is not None and isinstance(first.data, Space):
            space.names.update({name: bound for name, bound in first.data.names.items() if not name.startswith("__")})
        elif first is not None and isinstance(first.data, dict):
            given = {**first.data, **given}
        elif first is not None:
            self.notes.append((f"{scope.file}:{line}", "sets names that could not be worked out"))
        for name, value in given.items():
            space.names[name] = Binding(value, f"{scope.file}:{line}", self.doubts[-1] if self.doubts else "")

    def parent_class(self, scope: Scope) -> Value:
        """Return what super() stands for in a method."""
        itself = scope.chain[0].get("self") or next(iter(scope.chain[0].values()), None)
        if scope.owner is None or itself is None or not isinstance(itself.value.data, (Instance, Class)):
            return Value()
        data = itself.value.data
        cls = data.cls if isinstance(data, Instance) else data
        return Value(Instance(cls, data.names if isinstance(data, Instance) else {}, scope.owner))

    def arguments(self, node: ast.Call, scope: Scope) -> Arguments:
        """Return what a call passes."""
        arguments = Arguments([], {})
        for part in node.args:
            value = self.evaluate(part, scope)
            if not isinstance(part, ast.Starred):
                arguments.positional.append(value)
            elif isinstance(value.data, (list, tuple)) and len(arguments.positional) < calls.MAX_ITEMS:
                arguments.positional += value.data
            else:
                arguments.open = True
        for keyword in node.keywords:
            value = self.evaluate(keyword.value, scope)
            if keyword.arg is not None:
                arguments.named[keyword.arg] = value
            elif isinstance(value.data, dict):
                arguments.named.update({key: item for key, item in value.data.items() if isinstance(key, str)})
            else:
                arguments.open = True
        return arguments

    def call(self, function: Value, arguments: Arguments) -> Value:
        """Return what a call returns."""
        data = function.data
        if isinstance(data, Function):
            return self.call_function(data, arguments)
        if isinstance(data, Bound):
            return self.call_method(data, arguments)
        if isinstance(data, Reader):
            return calls.reader_call(self, data, "", arguments)
        if isinstance(data, CallablePath):
            joined = calls.path_method(self, function, "joinpath", arguments)
            return Value(str(joined.data) if known(joined) else UNKNOWN, joined.variables)
        if isinstance(data, Class):
            if any(
                isinstance(base, Reference) and base.name.startswith(("environ.", "environs.")) for base in data.line()
            ):
                return calls.new_reader("environ")(self, arguments)
            return Value(Instance(data, {}), merge(*arguments.all))
        if isinstance(data, Reference):
            return self.call_reference(data.name, arguments)
        return Value(UNKNOWN, merge(function, *arguments.all))

    def call_reference(self, name: str, arguments: Arguments) -> Value:
        """Return what a function outside the project returns."""
        first = arguments.get(0)
        if name == "os.environ.copy" or (name == "dict" and first and isinstance(first.data, Reference)):
            return Value(Reference("os.environ"))
        if name in ("map", "filter") and len(arguments.positional) == 2:
            return self.mapped(name, *arguments.positional)
        if name.startswith("str.") and first is not None and isinstance(first.data, str):
            rest = Arguments(arguments.positional[1:], arguments.named, arguments.open)
            return self.call_method(Bound(first, name.removeprefix("str.")), rest)
        if name in ("os.makedirs", "os.mkdir") and first is not None:
            self.made.append((first, self.here))
            return Value(None)
        if name in EXTERNAL:
            return EXTERNAL[name](self, arguments)
        if name in ("urllib.parse.urlparse", "urllib.parse.urlsplit"):
            return self.parsed_url(arguments)
        last = name.rpartition(".")[2]
        if last in ("strtobool", "str2bool", "str_to_bool"):
            return calls.to_bool(self, arguments)
        if last.endswith("Value") and name.startswith("configurations."):
            return Value(Late(last.removesuffix("Value"), arguments))
        if name == "split_settings.tools.optional":
            return calls.first_argument(self, arguments)
        if last == "SettingsConfigDict":
            return calls.new_dict(self, arguments)
        if last == "Field" and name.startswith("pydantic"):
            default = arguments.get(0, "default")
            return Value(MISSING) if default is None or not known(default) else default
        if name == "contextlib.suppress":
            return Value(Reference("contextlib.suppress()"))
        if calls.looks_like_reader(name, arguments):
            return calls.unknown_reader(self, arguments)
        return Value(UNKNOWN, merge(*arguments.all))

    def parsed_url(self, arguments: Arguments) -> Value:
        """Return the parts of a URL as an object's attributes."""
        url = arguments.get(0, "url") or Value()
        if url.direct:
            self.set_type(url.direct, "url")
        if not isinstance(url.data, str):
            return Value(UNKNOWN, url.variables)
        try:
            parts_ = urlsplit(url.data)
            found = {name: getattr(parts_, name) for name in ("scheme", "netloc", "path", "query", "hostname", "port")}
        except ValueError:
            return Value(UNKNOWN, url.variables)
        names = {name: Binding(Value(part, url.variables), "") for name, part in found.items()}
        return Value(Module("", names), url.variables)

    def mapped(self, name: str, function: Value, source: Value) -> Value:
        """Return what map() or filter() make of a list."""
        if not isinstance(source.data, (list, tuple)):
            return Value(UNKNOWN, merge(function, source))
        items = list(source.data[:MAX_TURNS])
        results = items if function.data is None else [self.call(function, Arguments([item], {})) for item in items]
        if name == "map":
            return Value(results, source.variables)
        kept = [item for item, result in zip(items, results, strict=True) if self.truth(result) is not False]
        return Value(kept, source.variables)

    def late(self, name: str, value: Late, line: int, scope: Scope) -> Value:
        """Return a django-configurations value; https://django-configurations.readthedocs.io/en/stable/values/."""
        arguments = value.arguments
        prefix = arguments.named.get("environ_prefix")
        own = arguments.named.get("environ_name")
        text = (
            prefix.data if prefix is not None and (prefix.data is None or isinstance(prefix.data, str)) else "DJANGO"
        )
        variable = own.data if own is not None and isinstance(own.data, str) else name
        url = {
            "DatabaseURL": ("db", "DATABASE_URL"),
            "CacheURL": ("cache", "CACHE_URL"),
            "EmailURL": ("email", "EMAIL_URL"),
        }
        if value.kind in url:
            kind, variable = (
                url[value.kind][0],
                (own.data if own is not None and isinstance(own.data, str) else url[value.kind][1]),
            )
            text = text if prefix is not None else None
        else:
            kind = {"Boolean": "bool", "Integer": "int", "Float": "int", "List": "list", "Tuple": "list"}.get(
                value.kind, "str"
            )
        full = f"{text}_{variable}" if text else variable
        environ = arguments.named.get("environ")
        default = arguments.get(0, "default")
        if environ is not None and environ.data is False:
            return default or Value(None)
        needed = arguments.named.get("environ_required")
        required = value.kind == "Secret" or (needed is not None and needed.data is True)
        if not self.depth:
            self.here = f"{scope.file}:{line}"
        read = self.read(full, None if required else default or Value(None), kind)
        return Value({"default": read}, read.variables) if kind in ("db", "cache") else read

    def call_method(self, method: Bound, arguments: Arguments) -> Value:
        """Return what a method returns."""
        owner, name = method.owner, method.name
        data = owner.data
        self.charge(owner, *arguments.positional)
        variables = merge(owner, *arguments.all)
        if isinstance(data, Reader):
            return calls.reader_call(self, data, name, arguments)
        if isinstance(data, PurePosixPath):
            return calls.path_method(self, owner, name, arguments)
        separator = arguments.get(0, "sep")
        if owner.direct and name == "split" and (separator is None or separator.data in (",", ";", " ", None)):
            self.set_type(owner.direct, "list")
            self.environment.variables[owner.direct].separator = (separator and separator.data) or " "
        if isinstance(data, str):
            result = calls.text_method(data, name, arguments, variables)
            if name in ("strip", "lower", "upper", "casefold"):
                result.direct = owner.direct
            return result
        if isinstance(data, list):
            return calls.list_method(data, name, arguments)
        if isinstance(data, tuple):
            return (
                calls.list_method(list(data), name, arguments)
                if name in ("index", "copy")
                else Value(UNKNOWN, variables)
            )
        if isinstance(data, dict):
            return calls.dict_method(data, name, arguments)
        if isinstance(data, Space):
            key = arguments.get(0)
            if name == "get" and key is not None and isinstance(key.data, str):
                return data.names[key.data].value if key.data in data.names else arguments.get(1) or Value(None)
            return Value()
        if isinstance(data, (Class, Instance)):
            if name == "load_settings":
                self.chosen = data.cls if isinstance(data, Instance) else data
                return Value(None)
            cls = data.cls if isinstance(data, Instance) else data
            line = cls.line()
            if isinstance(data, Instance) and data.after in line:
                line = line[line.index(data.after) + 1 :]
            for item in line:
                bound = item.names.get(name) if isinstance(item, Class) else None
                if bound is not None and isinstance(bound.value.data, Function):
                    itself = Value(Instance(data.cls, data.names)) if isinstance(data, Instance) else owner
                    function = bound.value.data
                    static = "staticmethod" in function.decorators or (
                        isinstance(data, Class) and "classmethod" not in function.decorators
                    )
                    return self.call_function(function, arguments if static else self.with_first(itself, arguments))
        return Value(UNKNOWN, variables)

    def with_first(self, itself: Value, arguments: Arguments) -> Arguments:
        """Return arguments with `self` before them."""
        return Arguments([itself, *arguments.positional], arguments.named, arguments.open)

    def call_function(self, function: Function, arguments: Arguments) -> Value:
        """Return what a function of the project's own returns, worked out with these arguments."""
        variables = merge(*arguments.all)
        if self.depth >= MAX_CALLS:
            return Value(UNKNOWN, variables)
        scope = Scope(function.scope.file, [{}, *function.scope.chain], owner=function.owner)
        if function.owner is not None:
            scope.chain = [scope.chain[0], function.scope.globals]
        start = len(self.environment.reads)
        unset_before = set(self.environment.variables)
        self.depth += 1
        missing, self.missing = self.missing, ""
        try:
            self.parameters(function, arguments, scope)
            value = self.outcome(function, scope)
        except RecursionError:
            value = Value()
        finally:
            self.depth -= 1
            self.missing = missing
        read = tuple(dict.fromkeys(self.environment.reads[start:]))
        if len(read) == 1 and read[0] not in unset_before and not self.environment.variables[read[0]].required:
            self.learn(read[0], value)
        direct = value.direct or (read[0] if len(read) == 1 and isinstance(value.data, str) else "")
        return Value(value.data, tuple(dict.fromkeys((*value.variables, *read))), direct, value.doubt)

    def cast(self, cast: Value, value: Value) -> Value:
        """Return what a function of the project makes of a variable's text."""
        if not isinstance(cast.data, Function):
            return value
        made = self.call_function(cast.data, Arguments([Value(value.data, value.variables, value.direct)], {}))
        if value.direct and isinstance(made.data, (bool, int, list, tuple)):
            kind = "bool" if isinstance(made.data, bool) else "int" if isinstance(made.data, int) else "list"
            self.set_type(value.direct, kind)
        return made if known(made) else Value(UNKNOWN, value.variables)

    def learn(self, name: str, value: Value) -> None:
        """Take a helper's result as the default of the one variable that it read."""
        variable = self.environment.variables[name]
        if self.environment.text(name) is None:
            self.environment.set_default(name, value)
        if variable.type == "str" and isinstance(value.data, (bool, int, list, tuple)):
            variable.type = (
                "bool" if isinstance(value.data, bool) else "int" if isinstance(value.data, int) else "list"
            )

    def parameters(self, function: Function, arguments: Arguments, scope: Scope) -> None:
        """Assign the arguments of a call to the parameters of its function."""
        spec = function.node.args
        names = [parameter.arg for parameter in (*spec.posonlyargs, *spec.args)]
        defaults = dict(zip(reversed(names), reversed(spec.defaults), strict=False))
        keyword_defaults = {p.arg: d for p, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None}
        values: dict[str, Value] = dict(zip(names, arguments.positional, strict=False))
        known_names = {*names, *(parameter.arg for parameter in spec.kwonlyargs)}
        values.update({name: value for name, value in arguments.named.items() if name in known_names})
        for name, default in {**defaults, **keyword_defaults}.items():
            if name not in values:
                values[name] = Value() if arguments.open else self.evaluate(default, function.scope)
        line = function.node.lineno
        for name in known_names:
            scope.chain[0][name] = Binding(values.get(name, Value()), f"{scope.file}:{line}")
        if spec.vararg:
            scope.chain[0][spec.vararg.arg] = Binding(
                Value(tuple(arguments.positional[len(names) :])), f"{scope.file}:{line}"
            )
        if spec.kwarg:
            rest = {name: value for name, value in arguments.named.items() if name not in known_names}
            scope.chain[0][spec.kwarg.arg] = Binding(Value(rest), f"{scope.file}:{line}")

    def outcome(self, function: Function, scope: Scope) -> Value:
        """Return what a function's body returns; of several returns that are possible, the last that is known."""
        if isinstance(function.node, ast.Lambda):
            return self.evaluate(function.node.body, scope)
        result: Value | None = None
        try:
            self.block(function.node.body, scope)
        except Returned as returned:
            result = returned.value
        except Raised:
            if self.catching:
                raise
            result = Value()
        except LoopEnd:
            result = Value()
        if not scope.returned:
            return result or Value(None)
        candidates = [*scope.returned, result or Value()]
        chosen = next((value for value in reversed(candidates) if known(value)), candidates[-1])
        doubt = f"one of several that a function may return ({function.scope.file}:{function.node.lineno})"
        return Value(chosen.data, merge(*candidates), chosen.direct, doubt)
