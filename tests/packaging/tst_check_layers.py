#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_layers.py finds each kind of violation, naming file and rule, and nothing in a clean tree."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
GPL = "SPDX-License-Identifier: GPL-3.0-or-later\n"
APACHE = "SPDX-License-Identifier: Apache-2.0\n"

CMAKE = f"""# {GPL}cmake_minimum_required(VERSION 3.25)
project(Fixture LANGUAGES NONE)
include("{HERE}/LinkGraph.cmake")
add_library(options INTERFACE)
foreach(layer core runtimes/wire runtimes widgets app)
  add_subdirectory(${{layer}})
endforeach()
cahier_write_link_graph(${{CMAKE_BINARY_DIR}}/links.json)
"""

CLEAN = {
    "CMakeLists.txt": CMAKE,
    "core/CMakeLists.txt": f"# {GPL}add_library(core INTERFACE)\ntarget_link_libraries(core INTERFACE options Qt6::Core)\n"
    "set(sources a.cpp notebook/n.cpp)\n",
    "core/a.h": f"// {GPL}#pragma once\n#include <QString>\n#include <nlohmann/json.hpp>\n#include <sys/stat.h>\n#include <immintrin.h>\n#include <vector>\n",
    "core/a.cpp": f"// {GPL}#include <core/a.h>\n#include <QtNetwork/QNetworkReply>\n#include <git2.h>\n#include <md4c-html.h>\n",
    "core/notebook/n.cpp": f'// {GPL}#include "../a.h"\n',
    "runtimes/CMakeLists.txt": f"# {GPL}add_library(runtimes INTERFACE)\n"
    "target_link_libraries(runtimes INTERFACE core wire)\nset(sources r.cpp)\n",
    "runtimes/r.cpp": f"// {GPL}#include <core/a.h>\n#include <runtimes/wire/w.h>\n#include <QLocalSocket>\n",
    "runtimes/wire/CMakeLists.txt": f"# {APACHE}add_library(wire INTERFACE)\n"
    "target_link_libraries(wire INTERFACE options PkgConfig::ZMQ $<$<BOOL:1>:OpenSSL::Crypto>)\nset(sources w.cpp)\n",
    "runtimes/wire/w.h": f"// {APACHE}#pragma once\n#include <zmq.hpp>\n",
    "runtimes/wire/w.cpp": f"// {APACHE}#include <runtimes/wire/w.h>\n",
    "widgets/CMakeLists.txt": f"# {GPL}add_library(widgets INTERFACE)\n"
    "target_link_libraries(widgets INTERFACE core Qt6::Widgets)\nset(sources v.cpp)\n",
    "widgets/v.cpp": f"// {GPL}#include <core/a.h>\n#include <QWidget>\n#include <Qsci/qsciscintilla.h>\n",
    "app/CMakeLists.txt": f"# {GPL}add_library(app INTERFACE)\n"
    "target_link_libraries(app INTERFACE core runtimes widgets)\nset(sources main.cpp)\n",
    "app/main.cpp": f"// {GPL}#include <runtimes/wire/w.h>\n#include <QApplication>\n",
    "packaging/tool": f"#!/bin/sh\n# {GPL}",
    "tests/data/golden.py": "print('as another program wrote it')\n",
}

QT = {"QtCore": ["QString"], "QtNetwork": ["QNetworkReply", "QLocalSocket"], "QtGui": ["QImage"], "QtWidgets": ["QWidget", "QApplication"]}

# name: (files that replace the clean ones or are added, start of the expected line)
VIOLATIONS = {
    "core includes runtimes": ({"core/a.cpp": f"// {GPL}#include <runtimes/r.h>\n"}, "core/a.cpp:2: include-layer:"),
    "core includes app, in quotes": ({"core/a.cpp": f'// {GPL}\n#include "../app/x.h"\n', "app/x.h": f"// {GPL}#pragma once\n"},
                                     "core/a.cpp:3: include-layer:"),
    "core includes a widget": ({"core/a.cpp": f"// {GPL}#include <QWidget>\n"}, "core/a.cpp:2: include-qt:"),
    "core includes QtGui with its module": ({"core/a.cpp": f"// {GPL}#  include <QtGui/QImage>\n"}, "core/a.cpp:2: include-qt:"),
    "core includes zmq": ({"core/a.cpp": f"// {GPL}#include <zmq.hpp>\n"}, "core/a.cpp:2: include-library:"),
    "runtimes include an image": ({"runtimes/r.cpp": f"// {GPL}#include <QImage>\n"}, "runtimes/r.cpp:2: include-qt:"),
    "runtimes include widgets": ({"runtimes/r.cpp": f"// {GPL}#include <widgets/v.h>\n"}, "runtimes/r.cpp:2: include-layer:"),
    "runtimes include the editor": ({"runtimes/r.cpp": f"// {GPL}#include <Qsci/qsciscintilla.h>\n"}, "runtimes/r.cpp:2: include-qt:"),
    "wire includes Qt": ({"runtimes/wire/w.cpp": f"// {APACHE}#include <QString>\n"}, "runtimes/wire/w.cpp:2: include-qt:"),
    "wire includes an unknown Qt header": ({"runtimes/wire/w.cpp": f"// {APACHE}#include <QUnheardOf>\n"}, "runtimes/wire/w.cpp:2: include-qt:"),
    "wire includes core": ({"runtimes/wire/w.cpp": f"// {APACHE}#include <core/a.h>\n"}, "runtimes/wire/w.cpp:2: include-layer:"),
    "wire includes a runtime": ({"runtimes/wire/w.cpp": f"// {APACHE}#include <runtimes/r.h>\n"}, "runtimes/wire/w.cpp:2: include-layer:"),
    "widgets include runtimes": ({"widgets/v.cpp": f"// {GPL}#include <runtimes/wire/w.h>\n"}, "widgets/v.cpp:2: include-layer:"),
    "widgets include app": ({"widgets/v.cpp": f"// {GPL}#include <app/x.h>\n"}, "widgets/v.cpp:2: include-layer:"),
    "core links runtimes": ({"core/CMakeLists.txt": f"# {GPL}add_library(core INTERFACE)\nset(s a.cpp notebook/n.cpp)\n"
                             "target_link_libraries(core INTERFACE runtimes)\n"}, "core/CMakeLists.txt:1: link-layer:"),
    "core links widgets of Qt": ({"core/CMakeLists.txt": f"# {GPL}add_library(core INTERFACE)\nset(s a.cpp notebook/n.cpp)\n"
                                  "target_link_libraries(core INTERFACE $<$<BOOL:1>:Qt6::Widgets>)\n"}, "core/CMakeLists.txt:1: link-library:"),
    "wire links Qt": ({"runtimes/wire/CMakeLists.txt": f"# {APACHE}add_library(wire INTERFACE)\nset(s w.cpp)\n"
                       "target_link_libraries(wire INTERFACE Qt6::Core)\n"}, "runtimes/wire/CMakeLists.txt:1: link-library:"),
    "wire links core": ({"runtimes/wire/CMakeLists.txt": f"# {APACHE}add_library(wire INTERFACE)\nset(s w.cpp)\n"
                         "target_link_libraries(wire INTERFACE core)\n"}, "runtimes/wire/CMakeLists.txt:1: link-layer:"),
    "widgets link runtimes": ({"widgets/CMakeLists.txt": f"# {GPL}add_library(widgets INTERFACE)\nset(s v.cpp)\n"
                               "target_link_libraries(widgets INTERFACE core runtimes)\n"}, "widgets/CMakeLists.txt:1: link-layer:"),
    "no licence": ({"core/a.cpp": "int a;\n"}, "core/a.cpp:1: licence:"),
    "GPL in wire": ({"runtimes/wire/w.cpp": f"// {GPL}"}, "runtimes/wire/w.cpp:1: licence:"),
    "Apache in core": ({"core/a.cpp": f"// {APACHE}"}, "core/a.cpp:1: licence:"),
    "a script without licence": ({"packaging/tool": "#!/bin/sh\n"}, "packaging/tool:1: licence:"),
    "a header without guard": ({"core/a.h": f"// {GPL}"}, "core/a.h:1: pragma-once:"),
    "globbed sources": ({"app/CMakeLists.txt": f"# {GPL}add_library(app INTERFACE)\nset(s main.cpp)\nfile(GLOB x *.cpp)\n"},
                        "app/CMakeLists.txt:4: glob:"),
    "an unlisted source": ({"core/notebook/forgotten.cpp": f"// {GPL}"}, "core/notebook/forgotten.cpp:1: unlisted:"),
}  # fmt: skip


class CheckLayers(unittest.TestCase):
    def check(self, changes):
        """The exit status and the lines of check_layers.py for the clean tree with these changes."""
        with tempfile.TemporaryDirectory() as folder:
            tree, build, qt = Path(folder, "tree"), Path(folder, "build"), Path(folder, "qt")
            for name, text in (CLEAN | changes).items():
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                (tree / name).write_text(text)
            for module, headers in QT.items():
                (qt / module).mkdir(parents=True)
                for header in headers:
                    (qt / module / header).touch()
            subprocess.run(["cmake", "-S", tree, "-B", build], check=True, stdout=subprocess.DEVNULL)
            command = [sys.executable, HERE / "check_layers.py", tree, "--links", build / "links.json", "--qt-headers", qt]
            done = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual(done.stderr, "")
            return done.returncode, done.stdout.splitlines()

    def test_cleanTree_passes(self):
        self.assertEqual(self.check({}), (0, []))

    def test_eachViolation_isTheOnlyOneFound(self):
        for name, (changes, expected) in VIOLATIONS.items():
            with self.subTest(name):
                status, lines = self.check(changes)
                self.assertEqual(status, 1)
                self.assertEqual(len(lines), 1, lines)
                self.assertTrue(lines[0].startswith(expected), f"{lines[0]} should start with {expected}")


if __name__ == "__main__":
    unittest.main()
