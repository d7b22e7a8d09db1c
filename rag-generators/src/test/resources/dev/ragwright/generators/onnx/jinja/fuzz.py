"""Makes random chat templates and renders them with CPython's Jinja2.

    python3 fuzz.py SEED COUNT > cases.jsonl           every template, for a run of one's own
    python3 fuzz.py golden 8000 --golden | gzip -9n > fuzz.jsonl.gz   those that show something new

The first line holds the chats; each other one a template, its kind and, for each chat by name,
{"text": what is rendered}, {"raised": what the template raises} or {"error": what Python says}.
Kinds: "chat" looks like the templates of published models; "spoilt" is one of these with a few
characters changed; "odd" goes through the language at random; "space" is about white space, "scope"
about which variable a name means, "soup" about what is an expression at all.
"""
import itertools
import json
import platform
import random
import re
import sys
import warnings

import jinja2

import chat_environment

warnings.simplefilter("ignore")

ODD = "  \u00c9t\u00e9 \U0001f680 {{ 7*7 }} {% if x %}y{% endif %} 'a' \"b\" \\n \\ <b>&amp;\u2028\n\n "
TOOL = {"type": "function", "function": {
    "name": "get_weather", "description": "It's the weather \u00e0 \"la carte\" <now>",
    "parameters": {"type": "object", "properties": {
        "city": {"type": "string", "description": "A city"},
        "days": {"type": "integer", "enum": [1, 2, 3], "default": 1},
        "wind": {"type": ["number", "null"], "minimum": 0.5}}, "required": ["city"]}}}
CALL = {"role": "assistant", "content": None, "tool_calls": [
    {"id": "call_1", "type": "function", "function": {
        "name": "get_weather", "arguments": {"city": "K\u00f6ln", "days": 2, "exact": True, "unit": None}}}]}
CHATS = {
    "user": {"messages": [{"role": "user", "content": "What is the Rhine?"}]},
    "system": {"messages": [{"role": "system", "content": "Answer briefly.\n"},
                            {"role": "user", "content": "Hi"}]},
    "turns": {"messages": [{"role": "system", "content": ""}, {"role": "user", "content": ODD},
                           {"role": "assistant", "content": "<think>\nhm\n</think>\n\nA river. "},
                           {"role": "user", "content": "a,b;c  a"}]},
    "parts": {"messages": [
        {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": " Look \u00df "}]},
        {"role": "assistant", "content": None, "reasoning_content": "so\n"}]},
    "tools": {"messages": [{"role": "user", "content": "null, None, true"}, CALL,
                           {"role": "tool", "name": "get_weather", "content": "{\"t\": 12.50}"}],
              "tools": [TOOL], "enable_thinking": False},
    "empty": {"messages": [{"role": "user", "content": ""}], "add_generation_prompt": False},
}
for chat in CHATS.values():
    chat.setdefault("tools", None)
    chat.setdefault("documents", None)
    chat.setdefault("add_generation_prompt", True)
    chat.update(bos_token="<s>", eos_token="</s>", n=3, x=2.5, t="ab Cd", q="it's", b=True, none_value=None,
                items=["b", "a", "B", "c"], nums=[3, 1, 2, 10], d={"k": 1, "a": {"b": [1, "z"]}, "items": "I"})


class Grammar:
    """Picks at random, and remembers which of its choices it made."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.features = set()
        self.names = []
        self.depth = 0
        self.loops = 0
        self.macros = []

    def one(self, *options):
        return self.random.choice(options)

    def maybe(self, chance):
        return self.random.random() < chance

    def pick(self, label, *makers):
        """One of several makers, each a text or a function that makes one."""
        i = self.random.randrange(len(makers))
        self.features.add(f"{label}{i}")
        maker = makers[i]
        return maker if isinstance(maker, str) else maker()

    # Expressions, by what they probably are.

    def expr(self, kind="any"):
        self.depth += 1
        try:
            if self.maybe(.02):
                kind = "any"
            if kind == "any":
                kind = self.one("str", "str", "int", "bool", "list", "dict", "number", "number", "wild")
            return getattr(self, "expr_" + kind)()
        finally:
            self.depth -= 1

    def atom(self, simple, *others):
        return simple() if self.depth > self.random.randint(2, 4) else self.pick(*others)

    def literal(self):
        return self.one("''", "'a'", '"b"', "'ab Cd'", "'it\\'s'", '"\\n"', "'\\t x '", "' '", "'\\u00e9'", "'\u00e9'",
                        "'\\\\n'", "'a,b'", "'</think>'", "'\\x41'", "'1'", "' 12 '", "'3.7'", "'%s-%s'", "'a' 'b'",
                        "'\U0001f680'", "'\\d'", "'\u00df\u01c6\u0130'", "'k'", "'role'", "'x\\r\\ny'", "'\\u2028'", "'<&>'")

    def simple_str(self):
        return self.one(self.literal, lambda: "t", lambda: "q", lambda: "eos_token", lambda: self.variable("str"))()

    def variable(self, kind):
        known = [name for name, of in self.names if of == kind]
        if known and self.maybe(.8):
            return self.one(*known)
        return {"str": "t", "int": "n", "bool": "b", "list": "items", "dict": "d", "number": "x", "wild": "nothing"}[kind]

    def expr_str(self):
        e = self.expr
        return self.atom(
            self.simple_str, "str",
            self.simple_str,
            lambda: f"{e('str')} + {e('str')}",
            lambda: f"{e('str')} ~ {e()}",
            lambda: f"{e('str')}[{e('int')}]",
            lambda: f"{e('str')}[{self.slice()}]",
            lambda: f"({e('str')} if {e('bool')} else {e('str')})",
            lambda: f"({e('str')} if {e('bool')})",
            lambda: f"({e('str')} {self.one('or', 'and')} {e('str')})",
            lambda: f"{self.postfix('str')}.{self.str_method()}",
            lambda: f"{self.postfix('str')}.{self.str_method()}",
            lambda: f"{self.postfix('str')}|{self.str_filter()}",
            lambda: f"{self.postfix('str')} | {self.str_filter()}",
            lambda: f"{self.postfix('list')}|join({self.one('', self.literal())})",
            lambda: f"{self.postfix('any')}|tojson{self.json_arguments()}",
            lambda: f"{self.postfix('any')}|string",
            lambda: f"messages[{self.one('0', '-1', '1', 'loop.index0', e('int'))}].{self.one('role', 'content')}",
            lambda: f"messages[0]['{self.one('role', 'content', 'name')}']",
            lambda: f"({e('str')} * {e('int')})",
            lambda: f"({self.one(chr(39) + '%s|%d|%5.2f' + chr(39), chr(39) + '%-6s|%03d|%r' + chr(39))} % ({e()}, {e('int')}, {e('number')}))",
            lambda: f"('{self.one('%s', '<%8s>', '%r', '%%', '%(k)s', '%.3s', '%+d', '%x', '%5.1f', '%c')}' % {self.postfix('any')})",
            lambda: f"('%{self.one('', '-', '0', '+', ' ', '-0')}{self.one('', '1', '6', '12')}{self.one('', '', '.0', '.1', '.3', '.')}{self.one('s', 'd', 'f', 'e', 'g', 'x', 'r', 'o', 'X', 'G', 'i')}' % {self.postfix(self.one('number', 'int', 'str'))})",
            lambda: f"'{{:{self.one('', '*', '0')}{self.one('', '<', '>', '^')}{self.one('', '+', '0')}{self.one('', '8', '3')}{self.one('', '', ',')}{self.one('', '.1', '.3')}{self.one('', 'd', 'f', 's', 'x', 'e')}}}'.format({e(self.one('number', 'int', 'str', 'bool'))})",
            lambda: f"'{self.one('{}', '{0}-{1}', '{a}', '{:>6}|{:<4}|', '{:.2f}', '{0[k]}', '{{}}', '{!r}', '{:05d}')}'.format({e()}, {e()}, a={e()})",
            lambda: f"{self.literal()}.join({e('list')})",
            lambda: f"{self.postfix('str')}.split({self.one('', self.literal(), 'none, 1')})[{self.one('0', '-1', '1', '2')}]",
            lambda: f"{self.postfix('list')}|{self.one('first', 'last', 'random', 'min', 'max')}",
        )

    def postfix(self, kind):
        text = self.expr(kind)
        return f"({text})" if self.maybe(.85) and not re.fullmatch(r"[\w.]+|'\w*'", text) else text

    def str_method(self):
        e = self.literal
        return self.pick(
            "method", "strip()", "lstrip()", "rstrip()", "upper()", "lower()", "title()", "capitalize()",
            lambda: f"strip({e()})", lambda: f"lstrip({e()})", lambda: f"rstrip({e()})", "swapcase()",
            lambda: f"replace({e()}, {e()})", lambda: f"replace({e()}, {e()}, {self.one('1', '0', '-1', '2')})",
            lambda: f"removeprefix({e()})", lambda: f"removesuffix({e()})", lambda: f"center({self.one('9', '10', '2')})",
            lambda: f"ljust({self.one('7', '2')}, '*')", "rjust(8)", "zfill(6)", "expandtabs()", "casefold()",
            lambda: f"partition({e()})[{self.one('0', '1', '2')}]", lambda: f"rpartition({e()})[0]", "encode()",
            lambda: f"rsplit({e()}, 1)[-1]", lambda: f"splitlines()[{self.one('0', '-1')}]", "format(1)", "strip(none)")

    def str_filter(self):
        e = self.literal
        return self.pick(
            "filter", "trim", "upper", "lower", "title", "capitalize", "string", "safe", "escape", "e", "reverse",
            lambda: f"trim({e()})", lambda: f"replace({e()}, {e()})", lambda: f"replace({e()}, {e()}, 1)",
            "indent", "indent(2)", "indent(2, true)", "indent('> ', blank=true)", "indent(width=1, first=true)",
            lambda: f"default({e()})", lambda: f"default({e()}, true)", lambda: f"d({e()}, boolean=True)", "center(11)",
            "truncate(5)", "truncate(6, true, '..', 0)", "wordcount|string", "format('y')", "list|join('-')", "first", "last",
            "length|string", "int|string", "float|string", "striptags", "urlencode", "wordwrap(5)", "forceescape", "tojson",
            "attr('upper')|string", lambda: "nofilter" if self.maybe(.1) else "trim")

    def json_arguments(self):
        return self.one("", "", "", "()", "(indent=2)", "(indent=4)", "(indent=0)", "(ensure_ascii=true)",
                        "(sort_keys=true)", "(separators=(',', ':'))", "(indent=none)", "(indent='\\t')")

    def slice(self):
        part = lambda: self.one("", "", "0", "1", "2", "-1", "-2", "5", "n", "none")
        step = self.one("", "", "", ":", ":2", ":-1", ":-2", ":1", ":0")
        return f"{part()}:{part()}{step}"

    def simple_int(self):
        return self.one("0", "1", "2", "3", "7", "-1", "-3", "10", "n", "1_000", "0x1F", "0b11", "99999999999999999999",
                        *(["loop.index", "loop.index0", "loop.length", "loop.revindex"] if self.loops else []), self.variable("int"))

    def expr_int(self):
        e = self.expr
        return self.atom(
            self.simple_int, "int",
            self.simple_int,
            lambda: f"{e('int')} {self.one('+', '-', '*', '//', '%')} {e('int')}",
            lambda: f"({e('int')} {self.one('+', '-', '*', '//', '%', '/')} {e('int')})",
            lambda: f"({e('int')} ** {self.one('2', '3', '0', 'n')})",
            lambda: f"{self.postfix(self.one('list', 'str', 'dict'))}|{self.one('length', 'count')}",
            lambda: f"{self.postfix('any')}|int", lambda: f"{self.postfix('any')}|int({e('int')})",
            lambda: f"{self.postfix('number')}|{self.one('abs', 'round', 'round(1)', 'round(2, ' + repr('floor') + ')', 'round|int', 'int')}",
            lambda: f"{self.postfix('str')}.{self.one('find', 'rfind', 'count', 'index')}({self.literal()})",
            lambda: f"{self.postfix('list')}|{self.one('sum', 'first', 'last', 'max', 'min')}",
            lambda: f"-{self.simple_int()}", lambda: f"(nums|{self.one('sum', 'max', 'min', 'first', 'last')})",
            lambda: f"{self.postfix('list')}.{self.one('count', 'index')}({e()})",
        )

    def expr_number(self):
        e = self.expr
        return self.atom(
            lambda: self.one("1.5", "2.0", "-0.25", "1e3", "1e22", "1.0e-7", "x", "0.1", "123456789.125", "1e16", "2.675"), "number",
            lambda: self.expr_int(), lambda: self.one("1.5", "x", "0.1", "3.14159", "100.0", "5e-324"),
            lambda: f"({e('number')} {self.one('+', '-', '*', '/', '//', '%')} {e('number')})",
            lambda: f"{self.postfix('any')}|float", lambda: f"{self.postfix('number')}|round({self.one('0', '1', '2', '-1')})")

    def expr_bool(self):
        e = self.expr
        return self.atom(
            lambda: self.one("true", "false", "True", "b", "not b", "add_generation_prompt", "tools", "loop.first" if self.loops else "b"),
            "bool",
            lambda: self.one("true", "false", "b", "nothing", "enable_thinking"),
            lambda: f"{e('int')} {self.one('==', '!=', '<', '>', '<=', '>=')} {e('int')}",
            lambda: f"{e('str')} {self.one('==', '!=', '<', '>', '<=')} {e('str')}",
            lambda: f"{e()} {self.one('==', '!=')} {e()}",
            lambda: f"{e('int')} {self.one('<', '<=', '==')} {e('int')} {self.one('<', '!=', '>')} {e('int')}",
            lambda: f"{e('str')} {self.one('in', 'not in')} {e(self.one('str', 'list', 'dict'))}",
            lambda: f"{e()} in {e('list')}",
            lambda: f"(not {e('bool')})", lambda: f"not {e('bool')}",
            lambda: f"({e('bool')} {self.one('and', 'or')} {e('bool')})",
            lambda: f"{e('bool')} {self.one('and', 'or')} {e('bool')}",
            lambda: f"{self.postfix('any')} is {self.test()}", lambda: f"{self.postfix('any')} is not {self.test()}",
            lambda: f"{self.postfix('str')}.{self.one('startswith', 'endswith')}({self.one(self.literal(), '(' + self.literal() + ', ' + self.literal() + ')')})",
            lambda: f"{self.postfix('str')}.{self.one('isdigit', 'isalpha', 'isupper', 'islower', 'isspace', 'isalnum', 'istitle', 'isnumeric', 'isidentifier', 'isascii')}()",
            lambda: f"{self.one('messages', 'tools', 'nothing', 'd', 'none_value', 'n')} is {self.test()}",
            lambda: f"{self.one('messages[0].name', 'd.zz', 'd.k', 'nothing.x', 'messages[0].content', 'messages[9]')} is {self.one('', 'not ')}{self.one('defined', 'none', 'undefined', 'string')}",
        )

    def test(self):
        return self.pick(
            "test", "defined", "undefined", "none", "string", "mapping", "iterable", "sequence", "boolean", "number",
            "integer", "float", "true", "false", "odd", "even", "lower", "upper", "callable", "escaped",
            lambda: f"sameas {self.one('none', 'true', 'false', 'd', '1', 'nothing')}", lambda: f"equalto {self.expr()}",
            lambda: f"eq({self.expr()})", lambda: f"ne {self.simple_int()}", lambda: f"in {self.postfix('list')}",
            lambda: f"in({self.expr('list')})", lambda: f"divisibleby {self.one('2', '3', '0')}", "divisibleby(n)",
            lambda: f"{self.one('gt', 'lt', 'ge', 'le', 'greaterthan')} {self.simple_int()}", "filter", "notest")

    def simple_list(self):
        return self.one("items", "nums", "[]", "[1, 2]", "['a', 'b',]", "messages", "(1, 2)", "('a',)", "range(3)", "()",
                        "[none, true, 1.0]", "[[1, 2], [3]]", "d.keys()", "d.items()", "d.values()", "d|items", "tools",
                        self.variable("list"))

    def expr_list(self):
        e = self.expr
        return self.atom(
            self.simple_list, "list",
            self.simple_list,
            lambda: f"[{e()}, {e()}]", lambda: f"({e()}, {e()})", lambda: f"{e('list')} + {e('list')}",
            lambda: f"{self.postfix('list')}[{self.slice()}]",
            lambda: f"{self.postfix('str')}.{self.one('split', 'splitlines', 'rsplit')}({self.one('', self.literal())})",
            lambda: f"{self.postfix('str')}.split({self.literal()}, {self.one('1', '2', 'maxsplit=1')})",
            lambda: f"({self.postfix('list')}|{self.list_filter()})",
            lambda: f"({self.postfix('list')}|{self.list_filter()}|list)",
            lambda: f"({self.postfix('list')}|{self.list_filter()}|list)",
            lambda: f"(messages|{self.one('selectattr', 'rejectattr')}('role', {self.one(chr(39) + 'equalto' + chr(39), chr(39) + '==' + chr(39), chr(39) + 'in' + chr(39))}, {self.one(repr('user'), repr('system'), '[' + repr('user') + ', ' + repr('tool') + ']')})|list)",
            lambda: f"(messages|map(attribute='{self.one('role', 'content', 'name', 'content.0.type')}'{self.one('', ', default=' + chr(39) + '-' + chr(39))})|list)",
            lambda: f"({self.postfix('dict')}|{self.one('dictsort', 'dictsort(true)', 'dictsort(by=' + repr('value') + ')', 'dictsort(reverse=true)', 'items|list', 'list')})",
            lambda: f"range({self.one('2', '1, 4', '5, 0, -2', 'n', '0')})", lambda: f"(range({e('int')})|list)",
            lambda: f"{self.postfix('dict')}.{self.one('keys', 'values', 'items')}()|list",
            lambda: f"({e('list')} * {self.one('2', '0', 'n')})",
            lambda: f"(items|groupby({self.one('0', chr(39) + 'x' + chr(39))})|list)",
        )

    def list_filter(self):
        return self.pick(
            "listfilter", "sort", "sort(reverse=true)", "sort(case_sensitive=true)", "sort(attribute='role')", "reverse",
            "unique", "unique(true)", "map('upper')", "map('string')", "map('length')", "map('trim')", "map('default', 'z')",
            "map('replace', 'a', 'b')", "map('int')", "map('tojson')", "select", "reject", "select('string')", "select('defined')", "reject('none')",
            "select('odd')", "select('>', 1)", "select('in', items)", "batch(2)", "batch(3, 'z')", "slice(2)", "slice(3, 0)",
            "list", "map(attribute=0)", "selectattr('role')", "rejectattr('content', 'none')", "map(attribute='role')", "first", "last",
            "selectattr('content', 'string')", "selectattr('tool_calls', 'defined')", "join('+')|list", "sum", "min", "max")

    def expr_dict(self):
        e = self.expr
        return self.atom(
            lambda: self.one("d", "{}", "{'a': 1}", "messages[0]", "d.a", self.variable("dict")), "dict",
            lambda: self.one("d", "{'k': 'v', 'a': [1]}", "messages[-1]", "tools[0]", "tools[0].function"),
            lambda: f"{{{self.literal()}: {e()}, 'z': {e()}}}", lambda: f"{{{e()}: {e()}}}", lambda: f"dict(a={e()}, b={e()})",
            lambda: f"dict({e('dict')}, z={e()})", lambda: f"dict({e('list')})", lambda: f"{self.postfix('dict')}.get('a', {{}})")

    def expr_wild(self):
        e = self.expr
        return self.pick(
            "wild", "nothing", "none", "None", "nothing.x", "d.zz", "messages[9]", "messages[0].zz", "d['a']['b'][0]",
            "d.items", "d['items']", "d.get('k')", "d.get('zz')", "d.get('zz', 5)", "messages[0]", "tools", "d.a.b[-1]",
            lambda: f"{self.postfix('dict')}[{e('str')}]", lambda: f"{self.postfix('dict')}.{self.one('k', 'a', 'get', 'role', 'content', 'pop', 'update', 'copy()')}",
            lambda: f"{self.postfix('list')}[{e('int')}]", lambda: f"{self.postfix('list')}.{self.one('0', '1', '5', 'append', 'append(1)', 'copy()', 'x')}",
            lambda: f"{self.postfix('any')}.{self.one('x', 'real', 'upper', 'items', '__class__', '_x')}",
            lambda: f"{self.postfix('any')}['{self.one('x', 'upper', 'k')}']", lambda: f"{self.postfix('any')}|default({e()})",
            lambda: f"{self.postfix('any')}|default({e()}, true)", lambda: f"{self.postfix('any')}|list",
            lambda: f"({e()} if {e('bool')} else {e()})", lambda: f"({e()} if {e('bool')})", lambda: f"({e()} or {e()})",
            lambda: f"({e()} and {e()})", lambda: f"{e()} {self.one('+', '-', '*', '/', '%', '//', '~')} {e()}",
            lambda: f"namespace(a={e()}).a", "namespace(a=1)", "range(3)", "range", "dict", "self", "caller", "loop", "joiner(',')()",
            lambda: f"{self.one('+', '-')}{self.postfix('any')}", lambda: f"{self.postfix('any')}()", "varargs", "kwargs", "messages.0.role",
            lambda: f"{self.one(*self.macros)}({e()})" if self.macros else "messages|length", "strftime_now('%Y-%m-%d %H:%M')",
            lambda: f"{self.one(*self.macros)}({e()}, y={e()})" if self.macros else "0", "loop.index", "cycler", "lipsum",
            lambda: f"(-{self.one('2', '3')}) ** n", "t.x.y", "raise_exception('no')", "d == {'k': 1}", "messages == messages")

    # Tags and text.

    def text(self):
        return self.seen("", self.one("", "", " ", "\n", "\n\n", "  \n", "\n  ", "x", "a b", " y\n", "\n\tz", "<|im_start|>", "\r\n", "\t", "\u00a0\n ",
                        "\u2003", "'\"", "{ }", "%}", "}}", "#}", "\\n", "\u00e9", "{ x", "\x0b", "\r", "&<", "| ", "\x1c\n", "\ufeff", "\u200b "))

    def seen(self, label, text):
        self.features.add(label + text)
        return text

    def left(self, chance=.25):
        return self.one("-", "-", "+") if self.maybe(chance) else ""

    def block(self, inner):
        space = self.one(" ", " ", " ", "", "  ", "\n", "\t") if self.maybe(.3) else " "
        return f"{{%{self.left()}{space}{inner}{space}{self.left()}%}}"

    def output(self, inner):
        end = "-" if self.maybe(.2) else ("+" if self.maybe(.01) else "")
        if inner.endswith("}"):
            inner += " "
        return f"{{{{{self.left()} {inner} {end}}}}}"

    def body(self, size=2):
        self.depth += 1
        known = len(self.names)
        parts = []
        for _ in range(self.random.randint(1, size)):
            parts += [self.text(), self.statement() if self.depth < 4 else self.output(self.expr())]
        if self.depth > 1:
            del self.names[known:]
        self.depth -= 1
        return "".join(parts) + self.text()

    def statement(self):
        return self.pick(
            "tag", lambda: self.output(self.expr()), lambda: self.output(self.expr()), lambda: self.output(self.expr()),
            self.for_tag, self.for_tag, self.if_tag, self.if_tag, self.set_tag, self.set_tag, self.set_block, self.macro_tag, self.call_tag,
            self.filter_tag, self.with_tag, self.comment, self.raw, self.namespace_tag, self.generation, self.loop_control, self.print_tag,
            self.recursive, self.rare)

    def name(self):
        return self.one("v", "w", "y", "i", "item", "m", "msg", "content")

    def for_tag(self):
        target = self.one(self.name(), self.name(), self.name(), "k, v", "(a, v)", "i, (j, v)") if self.maybe(.4) else self.name()
        over = self.expr("list") if self.maybe(.6) else self.one("messages", "items", "d.items()", "d|items", "d", "range(3)", "nums", "[[1, 2], [3, 4]]", "t", "nothing", "messages[1:]", "d|dictsort")
        self.loops += 1
        known = len(self.names)
        self.names += [(name, self.one("str", "int", "dict", "wild")) for name in re.findall(r"\w+", target)]
        test = f" if {self.expr('bool')}" if self.maybe(.2) else ""
        body = self.body(3) + (self.loop_print() if self.maybe(.5) else "")
        orelse = self.block("else") + self.body(1) if self.maybe(.15) else ""
        del self.names[known:]
        self.loops -= 1
        return self.block(f"for {target} in {over}{test}") + body + orelse + self.block("endfor")

    def loop_print(self):
        return self.output(self.pick(
            "loop", "loop.index", "loop.index0", "loop.first", "loop.last", "loop.length", "loop.revindex", "loop.revindex0",
            "loop.previtem", "loop.nextitem", "loop.depth", "loop.depth0", "loop.cycle('a', 'b')", "loop.changed(i)", "loop.changed(m)",
            "loop.nextitem is defined", "loop.previtem is undefined", "loop.x", "loop", "loop.parent", "loop.previtem.role"))

    def if_tag(self):
        tags = self.block(f"if {self.expr('bool')}") + self.body()
        while self.maybe(.2):
            tags += self.block(f"elif {self.expr('bool')}") + self.body(1)
        if self.maybe(.4):
            tags += self.block("else") + self.body(1)
        return tags + self.block("endif")

    def set_tag(self):
        kind = self.one("str", "int", "list", "dict", "bool", "wild")
        name = self.name()
        value = self.expr(kind)
        self.names.append((name, kind))
        if self.maybe(.08):
            return self.block(f"set {name}, w = {value}, {self.expr()}")
        return self.block(f"set {name} = {value}")

    def set_block(self):
        name = self.name()
        filters = self.one("", "", " | trim", " | upper", " | replace('a', 'b')", "|trim|length")
        tags = self.block(f"set {name}{filters}") + self.body() + self.block("endset")
        self.names.append((name, "str"))
        return tags

    def macro_tag(self):
        name = self.one("f", "g", "h")
        parameters = self.one("y", "y, w='d'", "v, y=1", "y=none", "", "m, i=n, v=m", "y='q', caller=none", "w, varargs")
        known = len(self.names)
        self.names += [(each, "wild") for each in re.findall(r"\b[a-z]\b", parameters)]
        body = self.body() + self.one("", "", "{{ caller() }}", "{{ caller(1) }}", "{{ varargs }}", "{{ kwargs }}", "{{ y }}", "{{ f(y - 1) if y is number and y > 0 }}")
        del self.names[known:]
        self.macros.append(name)
        call = self.output(f"{name}({self.one('', '1', '2, 3', 'y=5', repr('s') + ', w=4', '1, 2, 3, 4', 'n, zz=1', '*items', '**d', '*[1], **{' + repr('w') + ': 2}')})") if self.maybe(.8) else ""
        return self.block(f"macro {name}({parameters})") + body + self.block("endmacro") + call

    def call_tag(self):
        if not self.macros:
            return self.macro_tag()
        return (self.block(f"call{self.one('', '', '(z)', '(z=1, y=2)')} {self.one(*self.macros)}({self.one('', '1', 'y=t')})")
                + self.body(1) + self.block("endcall"))

    def filter_tag(self):
        return self.block(f"filter {self.one('upper', 'trim', 'replace(' + repr('a') + ', q)', 'indent(2)', 'length', 'upper | trim', 'tojson')}") + self.body() + self.block("endfilter")

    def with_tag(self):
        name = self.name()
        return self.block(f"with {self.one('', name + ' = ' + self.expr(), 'v = 1, w = v', 'y = t, v = 2')}") + self.body() + self.block("endwith")

    def comment(self):
        return "{#" + self.left() + self.one(" c ", "", " {{ x }} ", "\n c\n", " {% if %} ", " '") + self.one("", "", "-", "+") + "#}"

    def raw(self):
        return (self.block("raw").replace("+%}", "%}" if self.maybe(.8) else "+%}") + self.text() + self.one("{{ x }}", "{% if %}", "{# c #}", "") + self.text()
                + self.block("endraw"))

    def namespace_tag(self):
        attribute = self.one("a", "found", "s", "_a" if self.maybe(.1) else "a")
        first = self.block(f"set ns = namespace({self.one(attribute + '=0', 'a=1, found=false', 's=' + repr(''), '{' + repr('a') + ': 1}', '')})")
        inner = self.block(f"set ns.{attribute} = {self.one(self.expr(), 'ns.' + attribute + ' ~ ' + repr('x'), 'ns.a + 1', 'true')}") + self.output(self.one("ns.a", "ns.found", "ns." + attribute))
        if self.maybe(.6):
            over = self.one("messages", "items", "range(2)")
            inner = self.block(f"for {self.name()} in {over}{self.one('', '', ' if not ns.found')}") + inner + self.block("endfor") + self.output("ns." + attribute)
        return first + inner

    def generation(self):
        return self.block("generation") + self.body(1) + self.block("endgeneration")

    def loop_control(self):
        if not self.loops and self.maybe(.9):
            return self.for_tag()
        return self.block(f"if {self.expr('bool')}") + self.block(self.one("break", "continue")) + self.block("endif")

    def print_tag(self):
        return self.block(f"print {self.expr()}{self.one('', ', ' + self.expr())}")

    def recursive(self):
        return (self.block(f"for {self.one('e', 'item')} in {self.one('[[1, [2]], 3]', '[[], [[]]]', 'd')} recursive") + self.one("<", "{{ loop.depth }}", "{{ loop.index }}", " ")
                + self.one("{{ loop(e) if e is sequence else e }}", "{{ loop(item) if item is iterable and item is not string }}", "{{ loop([]) }}")
                + self.one("", ">", self.block("else") + "-") + self.block("endfor"))

    def rare(self):
        return self.pick(
            "rare", "{% include 'x' %}", "{% block c %}z{% endblock %}", "{% import 'x' as y %}", "{% do x %}", "{% autoescape false %}<{{ q }}{% endautoescape %}",
            "{% extends 'x' %}", "{% endif %}", "{% if %}{% endif %}", "{{ }}", "{% for x %}{% endfor %}", "{{ x y }}", "{% set true = 1 %}", "{% set a.b = 1 %}", "{{ 1..x }}",
            "{% if b %}{% set z = 1 %}{% endif %}{{ z }}", "{% set z = 1 %}{% for e in items %}{% set z = z + 1 %}{{ z }}{% endfor %}{{ z }}", "{{ ('a', 'b')[n:] }}",
            "{% for e in items %}{% if loop.first %}{% set z = e %}{% endif %}{{ z }}{% endfor %}", "{% set n = n + 1 %}{{ n }}{% if b %}{% set n = n * 2 %}{{ n }}{% endif %}{{ n }}",
            "{% for a in items %}{% for a in nums %}{{ a }}{{ loop.index }}{% endfor %}{{ a }}{{ loop.index }}{% endfor %}{{ a }}", "{% set x, y = 'ab' %}{{ y }}", "{% set x, y = 1 %}",
            "{% macro f(a, b=a) %}{{ a }}{{ b }}{{ n }}{% endmacro %}{% set n = 9 %}{{ f(1) }}", "{{ f(1) }}{% macro f(a) %}{{ a }}{% endmacro %}", "{% set loop = 1 %}", "{% break %}",
            "{% for i in items %}{% set loop = 1 %}{% endfor %}", "{% raw -%} a {%- endraw +%} b", "{{ messages is defined if b else 1 }}", "{{ b is defined if b }}", "{{ d[1:2, 3] }}",
            "{% for e in items %}{% macro f() %}{{ e }}{{ loop.index }}{% endmacro %}{{ f() }}{% endfor %}", "{{ 1 if 0 }}|{{ (1 if 0) is defined }}", "{{ none ~ true ~ 1.0 ~ [none] }}",
            "{% if x %}{{ a|nofilter }}{% endif %}", "{{ items|map('nofilter')|list }}", "{% set g = items|map('nofilter') %}", "{% if false %}{% for a in items %}{{ a|nofilter }}{% endfor %}{% endif %}", "{{ items|map('upper') is iterable }}",
            "{% set g = items|map('upper') %}{{ g|first }}{{ g|list }}{{ g|list }}", "{% set r = items|reverse %}{{ r|join }}{{ r|join }}", "{{ 5[1] }}{{ n.x }}{{ none.x }}",
            "{{ (nums|sort)[::-1]|join }}", "{% for k, v in d.items() if v is mapping %}{{ k }}{{ loop.length }}{% endfor %}", "{{ {1: 'a', true: 'b', 1.0: 'c'} }}", "{{ {'a': 1}.items() }}",
            "{% set ns = namespace(x=0) %}{% for i in nums if i > ns.x %}{% set ns.x = i %}{{ i }}{{ loop.last }}{% endfor %}", "{{ '\\ud83d' }}", "{{ '\\N{DASH}' }}", "{{ '\\q\u00e9' }}{{ '\\\u00e9' }}",
            "{{ 'a\\\nb' }}", "{{ '\\101\\x4' }}", "{{ '\\101' }}", "{{ 1e400 }}", "{{ 2 ** 100 }}", "{{ 7 // -2 }}{{ -7 % 3 }}{{ 7.5 // 2 }}{{ -7.5 % 2 }}", "{{ 0.1 + 0.2 }}{{ 1 / 3 }}{{ 4 / 2 }}")

    # White space around tags alone.

    def space(self):
        space = lambda: self.seen("s", self.one("", " ", "  ", "\n", "\t", " \n", "\n ", "\n\n", "\r\n", "\r", "\u00a0", "\u2028", "\x0b", "a", "b ", " c", "\n d ", "\x85 "))
        tag = lambda: self.pick(
            "space", lambda: self.block("if true") + space() + self.block("endif"), lambda: self.block("set y = 1"), lambda: self.output("t"), self.comment, lambda: self.output("'\\n'"),
            lambda: self.block("for i in range(2)") + space() + "i" + space() + self.block("endfor"), self.raw, lambda: self.block("if b") + "x" + space() + self.block("else") + space() + self.block("endif"))
        return "".join(space() + space() + tag() for _ in range(self.random.randint(1, 5))) + space() + space()

    # Which variable a name means.

    def scope(self, depth=0):
        name = lambda: self.one("a", "b", "c", "n")
        show = lambda: self.one("{{ a }}", "{{ b }}{{ c }}", "[{{ n }}]", "{{ a is defined }}", "{{ loop.index if loop is defined }}", "{{ a ~ b }}", "{{ caller() if caller is defined }}",
                                "{{ f() if f is defined and not busy }}" if depth < 2 else "", "{{ ns.f() if ns.f is callable }}" if depth == 0 else "")
        inner = lambda: self.scope(depth + 1)
        value = lambda: self.one("1", "2", name(), f"{name()} ~ 1", f"[{name()}]", "n ~ 1")
        parts = []
        for _ in range(self.random.randint(1, 4 if depth == 0 else 2)):
            parts.append(show())
            if depth > 3:
                continue
            parts.append(self.pick(
                f"scope{depth}.", lambda: f"{{% set {name()} = {value()} %}}", lambda: f"{{% set {name()} = {value()} %}}", lambda: f"{{% set {name()}, {name()} = {value()}, {value()} %}}",
                lambda: f"{{% if {self.one('b', 'not b', 'c', 'a is defined', 'loop.first')} %}}{inner()}{self.one('', '{% else %}' + inner(), '{% elif n %}' + inner())}{{% endif %}}",
                lambda: f"{{% for {self.one(name(), name(), 'a, b')} in {self.one('[[1, 2], [3, 4]]', '[[1, 2], [3, 4]]', 'd|dictsort', '[]')}{self.one('', '', f' if {name()}')} %}}{inner()}{self.one('', '', '{% break %}', '{% if loop.first %}{% continue %}{% endif %}')}{self.one('', '', '{% else %}' + inner())}{{% endfor %}}",
                lambda: f"{{% macro f({self.one('busy=1', 'a=1, busy=1', 'b=c, busy=1', 'n=n, c=n, busy=1', 'a=b, b=2, busy=1')}) %}}{inner()}{{% endmacro %}}{self.one('', '{{ f() }}', '{% set ns.f = f %}')}",
                lambda: f"{{% macro g() %}}{inner()}{self.one('{{ caller() }}', '')}{{% endmacro %}}{{% call{self.one('', '(a=n)')} g() %}}{inner()}{{% endcall %}}",
                lambda: f"{{% with {self.one('', name() + ' = ' + value(), 'a = b, b = a')} %}}{inner()}{{% endwith %}}",
                lambda: f"{{% set {name()}{self.one('', ' | upper', ' | replace(1, n)')} %}}{inner()}{{% endset %}}",
                lambda: f"{{% filter {self.one('upper', 'replace(a, b)', 'trim')} %}}{inner()}{{% endfilter %}}",
                lambda: f"{{% generation %}}{inner()}{{% endgeneration %}}",
                lambda: f"{{% for a in [1, [2, [3]]] recursive %}}{self.one('', inner())}{{{{ loop(a) if a is iterable else a }}}}{{% endfor %}}"))
            parts.append(show())
        return ("{% set ns = namespace(f='') %}" if depth == 0 else "") + "".join(parts)

    # What is an expression at all.

    def soup(self):
        words = ["a", "n", "t", "d", "items", "1", "2.5", "'x'", "none", "true", "+", "-", "*", "/", "//", "%", "**", "~", "|", ".", ",", ":", "=", "==", "!=", "<", ">=", "(", ")", "[", "]", "{", "}",
                 "and", "or", "not", "in", "not in", "is", "is not", "if", "else", "upper", "length", "defined", "none", "loop", "k", "[0]", "[1:]", "()", "|length", "|join", ".k", "is defined", "if b else", "0", "e"]
        parts = []
        for _ in range(self.random.randint(1, 3)):
            expression = [self.one("n", "t", "x", "d", "items", "b", "1", "'a b'", "nothing")]
            for _ in range(self.random.randint(0, 4)):
                if self.maybe(.75):
                    expression += [self.seen("soup", self.one("+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", ">", "<=", "and", "or", "in", "not in", "and not", "if b else", "if x else", "if")),
                                   self.one("n", "t", "x", "d", "items", "b", "2", "-2", "'a'", "not b", "nums[0]", "(1, 2)", "[n]", "-n", "d.k", "nothing", "none")]
                elif self.maybe(.8):
                    expression.append(self.seen("soup", self.one("|length", "|string", "|first", "|list", "[0]", "[1:]", "[::-1]", ".k", "['k']", "is defined", "is not none", "is in items", "is string", "is eq 1", "|default('z')", "|int", ".upper()", "()", ".0")))
                else:
                    expression.append(self.one(*words))
            parts.append("{{" + self.left(.05) + self.one(" ", " ", "") + self.one(" ", " ", " ", "").join(expression) + self.one(" ", " ", "") + "}}")
        return self.one("", "|").join(parts)

    # What templates of published models look like.

    def chat(self):
        content = self.one("message['content']", "message.content", "message['content'] | trim", "message.content|trim", "message['content'].strip()")
        role = self.one("message['role']", "message.role")
        begin, end = self.one(("<|im_start|>", "<|im_end|>\n"), ("<|start_header_id|>", "<|eot_id|>"), ("<|", "|>\n"), ("[INST] ", " [/INST]"), ("<start_of_turn>", "<end_of_turn>\n"))
        self.indentation = self.one("", "", "  ", "    ", "\t")
        self.newline = self.one("", "\n", "\n", "\r\n")
        line = self.line
        parts = []
        if self.maybe(.4):
            parts.append(line(0, self.output("bos_token")) if self.maybe(.8) else "{{ bos_token }}")
        if self.maybe(.15):
            parts.append(line(0, self.comment()))
        if self.maybe(.4):
            parts.append(self.pick(
                "chathead",
                lambda: line(0, self.chat_block("if messages[0]['role'] == 'system'")) + line(1, self.chat_block("set loop_messages = messages[1:]"))
                + line(1, self.chat_block(f"set system_message = messages[0]['content']{self.one('', '.strip()', ' | trim', ' + ' + repr(chr(10)))}"))
                + line(0, self.chat_block("else")) + line(1, self.chat_block("set loop_messages = messages")) + line(1, self.chat_block(f"set system_message = {self.one(repr(''), 'false', 'none')}"))
                + line(0, self.chat_block("endif")),
                lambda: line(0, self.chat_block("set ns = namespace(is_first=false, system_prompt='', last=-1)")) + line(0, self.chat_block("for message in messages")) + line(1, self.chat_block("if message['role'] == 'system'"))
                + line(2, self.chat_block("set ns.system_prompt = message['content']")) + line(1, self.chat_block("endif")) + line(0, self.chat_block("endfor")) + line(0, self.output("ns.system_prompt")),
                lambda: line(0, self.chat_block(f"if tools{self.one('', ' is not none', ' and tools is iterable')}")) + line(1, "# Tools") + line(1, self.chat_block("for tool in tools"))
                + line(2, self.output(f"tool{self.one('', '.function')} | tojson{self.one('', '(indent=4)')}")) + line(1, self.chat_block("endfor")) + line(0, self.chat_block("endif")),
                lambda: line(0, self.chat_block("macro render(content)")) + line(1, self.chat_block("if content is string")) + line(2, self.output("content"))
                + line(1, self.chat_block(f"elif content is {self.one('iterable', 'sequence')}")) + line(2, self.chat_block("for part in content")) + line(3, self.chat_block("if part.type == 'text'"))
                + line(4, self.output("part['text'] | trim")) + line(3, self.chat_block("else")) + line(4, "<image>") + line(3, self.chat_block("endif")) + line(2, self.chat_block("endfor")) + line(1, self.chat_block("endif"))
                + line(0, self.chat_block("endmacro")),
                lambda: line(0, self.chat_block(f"if {self.one('not date_string is defined', 'date_string is not defined')}")) + line(1, self.chat_block("set date_string = strftime_now('%d %b %Y')")) + line(0, self.chat_block("endif")) + line(0, self.output("date_string")),
            ))
        over = self.one("messages", "messages", "messages", "loop_messages" if "loop_messages" in "".join(parts) else "messages", "messages[1:]", "messages[::-1]")
        parts.append(line(0, self.chat_block(f"for message in {over}")))
        if self.maybe(.3):
            parts.append(line(1, self.chat_block(f"if ({role} == 'user') != (loop.index0 % 2 == 0)")) + line(2, self.output("raise_exception('Conversation roles must alternate user/assistant/user/assistant/...')")) + line(1, self.chat_block("endif")))
        if self.maybe(.3):
            parts.append(line(1, self.chat_block(f"set content = {self.one(repr(begin) + ' + ' + role + ' + ' + repr(chr(10)) + ' + message[' + repr('content') + ']|trim', 'message.content', 'message[' + repr('content') + '] or ' + repr(''), 'render(message.content)' if 'macro render' in ''.join(parts) else 'message.content')}")))
            content = "content"
        parts.append(self.pick(
            "chatbody",
            lambda: line(1, self.output(f"{begin!r} + {role} + '\\n' + {content} + {end!r}")),
            lambda: line(1, f"{begin}{{{{ {role} }}}}" + self.one("\n", ": ", "") + f"{{{{ {content} }}}}" + self.one(end, " ", "")),
            lambda: line(1, self.chat_block(f"if {role} == 'user'")) + line(2, self.output(f"{begin!r} + {content} + {end!r}")) + line(1, self.chat_block(f"elif {role} == 'assistant'"))
            + line(2, self.output(f"{content} + eos_token")) + line(1, self.chat_block("elif message.role == 'system'")) + line(2, self.output(f"'<<SYS>>' + {content} + '\\n'"))
            + (line(1, self.chat_block("else")) + line(2, self.output("raise_exception('Unknown role: ' + message.role)")) if self.maybe(.3) else "") + line(1, self.chat_block("endif")),
            lambda: line(1, self.chat_block("if loop.first and messages[0]['role'] != 'system'")) + line(2, self.output("'<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n'")) + line(1, self.chat_block("endif"))
            + line(1, self.output(f"{begin!r} ~ {role} ~ '\\n' ~ {content} ~ {end!r}")),
            lambda: line(1, self.chat_block(f"set role = 'model' if {role} == 'assistant' else {role}")) + line(1, begin + self.output("role")) + line(1, self.output(content)) + line(1, end),
            lambda: line(1, self.chat_block("if message.content is string")) + line(2, self.output("message.content")) + line(1, self.chat_block("else")) + line(2, self.chat_block("for part in message.content"))
            + line(3, self.output("part.text if part.type == 'text' else '<img>'")) + line(2, self.chat_block("endfor")) + line(1, self.chat_block("endif")),
            lambda: line(1, self.chat_block("if message.role == 'assistant' and message.tool_calls is defined and message.tool_calls")) + line(2, self.chat_block("for tool_call in message.tool_calls"))
            + line(3, self.chat_block("set tool_call = tool_call.function")) + line(3, self.output("'<tool_call>\\n{\"name\": \"' ~ tool_call.name ~ '\", \"arguments\": ' ~ (tool_call.arguments | tojson) ~ '}\\n</tool_call>'")) + line(2, self.chat_block("endfor"))
            + line(1, self.chat_block("elif message.content")) + line(2, self.output(content)) + line(1, self.chat_block("endif")),
            lambda: line(1, self.chat_block("if '</think>' in message.content")) + line(2, self.chat_block("set content = message.content.split('</think>')[-1].lstrip('\\n')")) + line(2, self.output("content")) + line(1, self.chat_block("else"))
            + line(2, self.output(content)) + line(1, self.chat_block("endif")),
            lambda: line(1, self.chat_block("generation")) + line(2, self.output(content)) + line(1, self.chat_block("endgeneration")) + line(1, self.chat_block("if not loop.last")) + line(2, self.output(repr("\n"))) + line(1, self.chat_block("endif")),
        ))
        if self.maybe(.2):
            parts.append(line(1, self.chat_block(f"if loop.last and {self.one('add_generation_prompt', 'message.role != ' + repr('assistant'))}")) + line(2, self.output(repr(begin + "assistant\n"))) + line(1, self.chat_block("endif")))
        if self.maybe(.15):
            parts.append(line(1, self.statement()))
        parts.append(line(0, self.chat_block("endfor")))
        if self.maybe(.7):
            parts.append(line(0, self.chat_block("if add_generation_prompt")) + line(1, self.output(repr(begin + "assistant\n"))) + (line(1, self.chat_block("if enable_thinking is defined and enable_thinking is false")) + line(2, self.output("'<think>\\n\\n</think>\\n\\n'")) + line(1, self.chat_block("endif")) if self.maybe(.2) else "")
                         + line(0, self.chat_block("endif")))
        elif self.maybe(.5):
            parts.append(self.one("ASSISTANT:", " assistant\n", "\n", self.output("eos_token if not add_generation_prompt")))
        return "".join(parts)

    def chat_block(self, inner):
        style = self.style
        return ("{%-" if self.maybe(style[0]) else "{%") + f" {inner} " + ("-%}" if self.maybe(style[1]) else "%}")

    def line(self, level, text):
        return self.indentation * level + text + self.newline

    style = (0, 0)

    def spoilt(self):
        text = list(self.chat())
        for _ in range(self.random.randint(1, 3)):
            i = self.random.randrange(len(text))
            change = self.random.randrange(5)
            if change == 0:
                del text[i]
            elif change == 1:
                text.insert(i, self.one(" ", "\n", "\t", "-", "+", "\r", "\u00a0", "'", "}", "{", "%", "|", ".", "(", "0", "#", "\u2009", "~", "not ", ":"))
            elif change == 2:
                j = self.random.randrange(len(text))
                text[i], text[j] = text[j], text[i]
            elif change == 3:
                text[i:i + self.random.randint(1, 8)] = []
            else:
                text[i:i] = text[i:i + self.random.randint(1, 8)]
            if not text:
                text = [" "]
        return "".join(text)

    def template(self):
        kind = self.one("chat", "chat", "spoilt", "odd", "odd", "odd", "space", "scope", "scope", "soup")
        self.style = self.one((0, 0), (1, 0), (1, 1), (0, 1), (.5, .3))
        if kind == "odd":
            return kind, self.body(self.one(1, 1, 2, 3))
        return kind, getattr(self, kind)()


def rendered(environment, template, chat):
    try:
        text = template.render(**json.loads(json.dumps(chat)))
        text.encode("utf-8")
        return {"text": text}
    except jinja2.exceptions.TemplateError as e:
        if type(e) is jinja2.exceptions.TemplateError:
            return {"raised": str(e)}
        return {"error": f"{type(e).__name__}: {e}"}
    except Exception as e:
        return {"error": f"{type(e).__name__}: {e}"}


def case(environment, grammar):
    kind, source = grammar.template()
    try:
        template = environment.from_string(source)
    except Exception as e:
        return {"kind": kind, "template": source, "chats": {name: {"error": f"{type(e).__name__}: {e}"} for name in CHATS}}
    return {"kind": kind, "template": source, "chats": {name: rendered(environment, template, chat) for name, chat in CHATS.items()}}


def stable(case):
    """Addresses in memory, and what is drawn by chance, are no reference; what is long only takes time."""
    return all(len(each.get("text", "")) < 20000 for each in case["chats"].values()) and not any(re.search(r"(?i)0x[0-9a-f]{6,}", each.get("text", "") + each.get("raised", "")) for each in case["chats"].values()) \
        and not re.search("random|lipsum", case["template"])


def main():
    seed, count = sys.argv[1], int(sys.argv[2])
    golden = "--golden" in sys.argv
    environment = chat_environment.create()
    print(json.dumps({"python": platform.python_version(), "jinja2": jinja2.__version__, "seed": seed, "now": chat_environment.NOW.isoformat(),
                      "chats": CHATS}, ensure_ascii=False))
    seen = set()
    for i in range(count):
        grammar = Grammar(f"{seed}/{i}")
        made = case(environment, grammar)
        made["id"] = f"{seed}/{i}"
        if not stable(made):
            continue
        if golden:
            shown = {(outcome, feature) for each in made["chats"].values() for outcome in each for feature in grammar.features}
            if any("text" in each for each in made["chats"].values()):
                shown |= set(itertools.combinations(sorted(grammar.features), 2))
            if len(shown - seen) < 3:
                continue
            seen |= shown
        print(json.dumps(made, ensure_ascii=False))


if __name__ == "__main__":
    main()
