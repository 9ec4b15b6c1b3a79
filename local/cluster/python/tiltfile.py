"""Evaluates a Tiltfile with a real Starlark interpreter. Tilt's functions only note what they are called with.

Input: {"root": folder, "settings": {...}, "subcommand": "up", "kustomize": {folder: YAML}}.
Output: {"calls": [{"name", "args", "kwargs"}]} in the order of the file.
"""

import json
import os
import sys

import starlark
import yaml

given = json.load(sys.stdin)
calls = []


def noting(name, answer=None):
    def function(*args, **kwargs):
        calls.append({"name": name, "args": list(args), "kwargs": kwargs})
        return answer(*args, **kwargs) if answer else None

    return function


def described(kind):
    return lambda *args, **kwargs: {"kind": kind, "args": list(args), **kwargs}


# What a Tiltfile may call, by https://docs.tilt.dev/api.html; anything else fails, as it does in Tilt.
FUNCTIONS = {
    "version_settings": noting("version_settings"),
    "allow_k8s_contexts": noting("allow_k8s_contexts"),
    "default_registry": noting("default_registry"),
    "docker_build": noting("docker_build"),
    "k8s_resource": noting("k8s_resource"),
    "k8s_yaml": noting("k8s_yaml"),
    "local": noting("local", lambda *_, **__: ""),
    "local_resource": noting("local_resource"),
    "kustomize": noting("kustomize", lambda folder: given["kustomize"][folder]),
    "sync": described("sync"),
    "port_forward": described("port_forward"),
    "link": described("link"),
    "decode_yaml_stream": lambda text: list(yaml.load_all(text, yaml.CSafeLoader)),
    "encode_yaml_stream": lambda objects: yaml.dump_all(objects, Dumper=yaml.CSafeDumper),
    "config_define_string": noting("config.define_string"),
    "config_define_string_list": noting("config.define_string_list"),
    "config_parse": lambda: given["settings"],
}
PRELUDE = """
TRIGGER_MODE_MANUAL = 'manual'
TRIGGER_MODE_AUTO = 'auto'
config = struct(
    define_string=config_define_string,
    define_string_list=config_define_string_list,
    parse=config_parse,
    tilt_subcommand=subcommand,
)
"""

dialect = starlark.Dialect.extended()
# Tilt has Go's interpreter, which knows neither of these.
dialect.enable_f_strings = False
dialect.enable_types = starlark.DialectTypes.DISABLE
library = starlark.Globals.extended_by([starlark.LibraryExtension.StructType])
loaded = {}


def module():
    made = starlark.Module()
    for name, function in FUNCTIONS.items():
        made.add_callable(name, function)
    made["subcommand"] = given["subcommand"]
    starlark.eval(made, starlark.parse("prelude", PRELUDE, starlark.Dialect.extended()), library)
    return made


def load(name):
    if name not in loaded:
        evaluate_into = module()
        run(os.path.join(given["root"], name), evaluate_into)
        loaded[name] = evaluate_into.freeze()
    return loaded[name]


def run(path, into):
    with open(path) as file:
        tree = starlark.parse(path, file.read(), dialect)
    starlark.eval(into, tree, library, starlark.FileLoader(load))


run(os.path.join(given["root"], "Tiltfile"), module())
json.dump({"calls": calls}, sys.stdout)
