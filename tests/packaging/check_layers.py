#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fails where the source tree breaks the rules between layers.

check_layers.py TREE [--links FILE] [--qt-headers FOLDER]

TREE is the source tree; FILE the link graph that LinkGraph.cmake writes; FOLDER the one with Qt's
headers (QtCore/, QtGui/, ...), by which <QWidget> is known to be QtWidgets'. Each violation is one
line "file:line: rule: what is wrong"; the exit status is 1 if there is any.
"""

import argparse
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import sourcetree

LAYERS = ("core", "runtimes", "widgets", "app")
QT_FREE = ("runtimes/wire", "runtimes/host", "runtimes/accelerators", "runtimes/cuda")
CODE = {".cpp", ".c", ".cc", ".cu", ".h", ".hpp"}
HEADERS = {".h", ".hpp"}
COMPILED = {".cpp", ".c", ".cc", ".cu"}
WITH_LICENCE = CODE | {".py", ".sh", ".bash", ".cmake", ".js", ".mjs", ".ts", ".list", ".qml"}

# What core may include beside Qt, itself and the C++ library (whose headers have no dot).
CORE_THIRD_PARTY = re.compile(r"nlohmann/|git2(\.h$|/)|md4c(-html)?\.h$")
# The system's and the compiler's own headers.
SYSTEM = re.compile(
    r"\w*intrin\.h$|arm_neon\.h$|(sys|linux|net|netinet|arpa)/[\w/]+\.h$|(aio|assert|ctype|dirent|dlfcn|errno|fcntl|fenv|ftw|glob|grp|inttypes"
    r"|limits|locale|math|poll|pthread|pwd|sched|semaphore|setjmp|signal|spawn|stdarg|stddef|stdint|stdio|stdlib"
    r"|string|strings|syslog|termios|time|unistd|wchar|wordexp)\.h$"
)


@dataclass(frozen=True)
class Rule:
    """What one layer may use. Folders and Qt modules; None for Qt modules means all of them."""

    layer: str
    folders: tuple
    qt_modules: frozenset | None
    libraries: re.Pattern | None = None  # CMake targets that are not ours; None means all


# The first whose layer holds a file or a target counts.
RULES = [
    *(Rule(folder, QT_FREE, frozenset(), re.compile(r"(?!Qt|KF6)")) for folder in QT_FREE),
    Rule("core", ("core",), frozenset({"QtCore", "QtNetwork", "QtSql"}),
         re.compile(r"Qt6?::(Core|Network|Sql)(Private)?$|nlohmann_json|PkgConfig::.*GIT2|libgit2|git2$|PkgConfig::MD4C|Threads::"
                    r"|(-l)?(m|dl|rt|pthread|stdc\+\+exp)$", re.I)),
    Rule("runtimes", ("core", "runtimes"), frozenset({"QtCore", "QtNetwork", "QtDBus", "QtWebSockets"}),
         re.compile(r"(?!Qt|KF6|.*scintilla)|Qt6?::(Core|Network|DBus|WebSockets)(Private)?$")),
    Rule("widgets", ("core", "widgets"), None),
    Rule("app", ("core", "runtimes", "widgets", "app"), None),
]  # fmt: skip


def is_below(path, folder):
    return path == folder or path.startswith(folder + "/")


def rule_for(path):
    return next((rule for rule in RULES if is_below(path, rule.layer)), None)


def link_names(link):
    """The libraries that an item of LINK_LIBRARIES names, also inside generator expressions."""
    if "$<" not in link:
        return [link]
    words = re.findall(r"[A-Za-z_][\w.+-]*(?:::[\w.+-]+)*", link)
    return [word for word in words if "::" in word or not word.isupper()]


class Checker:
    def __init__(self, tree, qt_headers):
        self.tree = tree
        self.qt_headers = qt_headers
        self.violations = []

    def report(self, path, line, rule, what):
        self.violations.append(f"{path}:{line}: {rule}: {what}")

    # --- includes

    def check_includes(self):
        for path in sourcetree.files(self.tree, *LAYERS):
            if path.suffix not in CODE:
                continue
            text = (self.tree / path).read_text(encoding="utf-8", errors="replace")
            for number, line in enumerate(text.splitlines(), 1):
                match = re.match(r'\s*#\s*include(?:_next)?\s*[<"]([^>"]+)[>"]', line)
                if match:
                    self.check_include(path, number, match[1])
            if path.suffix in HEADERS and not re.search(r"^#pragma once$", text, re.M):
                self.report(path, 1, "pragma-once", "a header starts with #pragma once")

    def check_include(self, path, number, header):
        rule = rule_for(path.as_posix())
        layer = self.layer_of_include(path, header)
        if layer is not None:
            if not any(is_below(layer, folder) for folder in rule.folders):
                self.report(path, number, "include-layer", f"{rule.layer} must not include <{header}>")
        elif modules := self.qt_modules(header):
            if rule.qt_modules is not None and not modules & rule.qt_modules:
                self.report(path, number, "include-qt", f"{rule.layer} must not include <{header}> of {'/'.join(sorted(modules))}")
        elif rule.layer == "core" and "." in header and not (CORE_THIRD_PARTY.match(header) or SYSTEM.match(header)):
            if not header.endswith((".moc", ".inc")):
                self.report(path, number, "include-library", f"core must not include <{header}>")

    def layer_of_include(self, path, header):
        """The folder that a header of ours lies in, or None for a header from elsewhere."""
        if header.split("/")[0] in LAYERS:
            return str(Path(header).parent)
        beside = (self.tree / path).parent / header
        if not beside.is_file() or not beside.resolve().is_relative_to(self.tree.resolve()):
            return None
        return str(beside.resolve().relative_to(self.tree.resolve()).parent)

    def qt_modules(self, header):
        """The Qt modules that have this header; {"no Qt module"} for an unknown Q class; else nothing."""
        first, _, rest = header.partition("/")
        if rest:
            if first in ("KSyntaxHighlighting", "Qsci"):
                return {first}
            return {first} if re.match(r"Qt[A-Z]\w*$", first) else set()
        if not re.match(r"Q[A-Z]\w*$|Qt\w*$|q\w+\.h$", header):
            return set()
        found = {folder.parent.name for folder in self.qt_headers.glob(f"Qt*/{header}")} if self.qt_headers else set()
        return found or {"no Qt module"}

    # --- links

    def check_links(self, graph_file):
        graph = json.loads(graph_file.read_text())
        for target, node in sorted(graph.items()):
            rule = rule_for(node["folder"])
            for link in sorted(set(node["links"])) if rule else ():
                for name in link_names(link):
                    self.check_link(node["folder"], target, rule, name, graph)

    def check_link(self, folder, target, rule, name, graph):
        file = f"{folder}/CMakeLists.txt"
        if name in graph:
            # A target of the top folder belongs to no layer: compiler settings.
            other = graph[name]["folder"]
            if other and not any(is_below(other, allowed) for allowed in rule.folders):
                self.report(file, 1, "link-layer", f"{target} ({rule.layer}) must not link {name} ({other})")
        elif rule.libraries is not None and not rule.libraries.match(name):
            self.report(file, 1, "link-library", f"{target} ({rule.layer}) must not link {name}")

    # --- files

    def check_licences(self):
        for path in sourcetree.files(self.tree, *LAYERS, "tests", "packaging", ".ci"):
            if not self.needs_licence(path):
                continue
            name = path.as_posix()
            expected = "Apache-2.0" if any(is_below(name, folder) for folder in QT_FREE) else "GPL-3.0-or-later"
            head = (self.tree / path).read_text(encoding="utf-8", errors="replace").splitlines()[:3]
            found = re.search(r"SPDX-License-Identifier: (\S+)", "\n".join(head))
            if not found or found[1] != expected:
                said = f"says {found[1]}" if found else "has none"
                self.report(path, 1, "licence", f"SPDX-License-Identifier: {expected} is expected in the first lines; this file {said}")

    def needs_licence(self, path):
        if path.suffix in WITH_LICENCE or path.name == "CMakeLists.txt":
            return True
        return not path.suffix and (self.tree / path).read_bytes()[:2] == b"#!"

    def check_cmake(self):
        words = {}
        for path in [Path("CMakeLists.txt"), *sourcetree.files(self.tree, *LAYERS, "tests")]:
            if not (self.tree / path).is_file() or not (path.name == "CMakeLists.txt" or path.suffix == ".cmake"):
                continue
            text = re.sub(r"#.*", "", (self.tree / path).read_text())
            words.setdefault(path.parent, set()).update(re.split(r'[\s()"]+', text))
            for number, line in enumerate(text.splitlines(), 1):
                if re.search(r"\bfile\s*\(\s*GLOB|\baux_source_directory\b", line, re.I):
                    self.report(path, number, "glob", "sources are listed, not globbed")
        for path in sourcetree.files(self.tree, *LAYERS):
            if path.suffix in COMPILED and not any(
                path.relative_to(folder).as_posix() in listed for folder, listed in words.items() if path.is_relative_to(folder)
            ):
                self.report(path, 1, "unlisted", "no CMakeLists.txt lists this source")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tree", type=Path)
    parser.add_argument("--links", type=Path)
    parser.add_argument("--qt-headers", type=Path)
    options = parser.parse_args()
    checker = Checker(options.tree, options.qt_headers)
    checker.check_includes()
    checker.check_licences()
    checker.check_cmake()
    if options.links:
        checker.check_links(options.links)
    for violation in checker.violations:
        print(violation)
    return 1 if checker.violations else 0


if __name__ == "__main__":
    sys.exit(main())
