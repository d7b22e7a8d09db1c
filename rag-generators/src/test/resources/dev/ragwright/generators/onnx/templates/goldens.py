"""Renders every template here with CPython's Jinja2, set up as Hugging Face's transformers does it
(transformers.utils.chat_template_utils), and prints one JSON line for each chat."""
import json
import pathlib
import platform
import sys

import jinja2

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "jinja"))
import chat_environment

environment = chat_environment.create()

USER = {"role": "user", "content": "What is the Rhine?"}
TURN = {"role": "assistant", "content": "A river.\n\nIt is long."}
SYSTEM = {"role": "system", "content": "Answer briefly."}
ODD = {"role": "user", "content": "  \u00c9t\u00e9 \U0001f680 {{ 7*7 }} {% if x %}y{% endif %} {# z #} 'a' \"b\" \\n \\ <b>&amp;\n\n "}
THINK = {"role": "assistant", "content": "<think>\nhm\n</think>\n\nYes."}
CHATS = {
    "user": [USER],
    "system": [SYSTEM, USER],
    "turns": [SYSTEM, USER, TURN, ODD],
    "long": [USER, TURN, USER, THINK, USER],
    "odd": [{"role": "system", "content": ODD["content"]}, ODD, {"role": "assistant", "content": " " + ODD["content"]}, USER],
    "empty": [{"role": "user", "content": ""}],
    "null": [{"role": "user", "content": "null, None, true, /no_think"}],
    "two users": [USER, USER],
}
OPTIONS = [("", True, {}), ("no prompt", False, {}), ("no thinking", True, {"enable_thinking": False})]

print(json.dumps({"python": platform.python_version(), "jinja2": jinja2.__version__, "now": chat_environment.NOW.isoformat()}))
for file in sorted(pathlib.Path(__file__).parent.glob("*.jinja")):
    template = environment.from_string(file.read_text(encoding="utf-8"))
    for chat, messages in CHATS.items():
        for name, prompt, options in OPTIONS:
            case = {"template": file.stem, "chat": chat, "prompt": prompt, "options": options, "messages": messages}
            try:
                case["rendered"] = template.render(
                    messages=messages, tools=None, documents=None, add_generation_prompt=prompt,
                    bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<pad>", **options)
            except jinja2.exceptions.TemplateError as e:
                case["error"] = str(e)
            print(json.dumps(case, ensure_ascii=False))
