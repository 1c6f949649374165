#!/usr/bin/env python3
"""Checks which way the parts depend on each other (docs/architecture.md): who includes whom, and who includes which library.

Prints one line for each #include that points the wrong way; exit status 1 if there is any.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)

# What a file below the folder may include of ours; the first folder that fits decides.
ENGINE_INTERFACES = ("engine/store.hpp", "engine/tasks.hpp")
ALLOWED = {
    "engine/base": ("engine/base",),
    "engine/query": ("engine/base", "engine/query"),
    "engine/events": ("engine/base", "engine/query", "engine/events"),
    "engine/asl": ("engine/base", "engine/query", "engine/asl"),
    "engine/machine": ("engine/base", "engine/query", "engine/asl", "engine/machine", "engine/tasks.hpp"),
    "engine/runtime": ("engine",),
    "engine": ("engine/base", "engine/asl", "engine/machine", "engine/items.hpp"),  # store.hpp, tasks.hpp, items.hpp: what the engine needs of others
    "storage": ("engine", "storage"),
    "integrations": ("engine", "integrations"),
    "api": ("engine", "api"),
    "server": ("engine", "storage", "integrations", "api", "server"),
}
OURS = ("engine/", "storage/", "integrations/", "api/", "server/", "tests/", "bench/", "fuzz/")
# Only main.cpp and its wiring know the implementations; the rest of server/ could run on others.
ONLY_MAIN = ("storage/",)
# The parts without I/O build fast and are tested and fuzzed alone.
PURE = ("engine/base", "engine/query", "engine/asl", "engine/machine")
IO = ("boost/asio", "boost/beast", "sqlite3.h", "openssl/ssl.h", "spdlog/")


def below(path, folder):
    return path == folder or path.startswith(folder + "/")


def complaints(file):
    name = file.relative_to(ROOT).as_posix()
    folder = next((f for f in ALLOWED if below(name, f)), None)
    if folder is None:
        return
    for bracket, included in INCLUDE.findall(file.read_text(encoding="utf-8")):
        if bracket == '"' and "/" not in included and (file.parent / included).exists():
            yield f'{name}: include "{included}" from the root of the repository: "{file.parent.relative_to(ROOT).as_posix()}/{included}"'
        elif included.startswith(OURS) and not any(below(included, a) for a in ALLOWED[folder]):
            yield f"{name}: {folder} must not depend on {included}"
        elif name != "server/main.cpp" and folder == "server" and included.startswith(ONLY_MAIN):
            yield f"{name}: only server/main.cpp knows {included}"
        elif any(below(name, p) for p in PURE) and included.startswith(IO):
            yield f"{name}: {folder} does no I/O and must not include {included}"


def main():
    files = [f for folder in ("engine", "storage", "integrations", "api", "server")
             for f in sorted((ROOT / folder).rglob("*.[ch]pp"))]
    found = [c for f in files for c in complaints(f)]
    print("\n".join(found) if found else f"include directions: {len(files)} files in order")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
