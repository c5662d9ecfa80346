#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_format.py TREE: fails if clang-format would change a C++ file. Status 77 means skipped."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import sourcetree

# Versions differ in what they write; Debian 13's is the one that counts.
VERSION = 19
SKIPPED = 77


def main():
    tree = Path(sys.argv[1])
    program = shutil.which(f"clang-format-{VERSION}") or shutil.which("clang-format")
    if not program:
        print("skipped: clang-format is not installed")
        return SKIPPED
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    if not re.search(rf"version {VERSION}\.", version):
        print(f"skipped: the format is that of clang-format {VERSION}, and this is {version.strip()}")
        return SKIPPED
    files = [f for f in sourcetree.files(tree, "core", "runtimes", "widgets", "app", "tests") if f.suffix in (".cpp", ".h")]
    return subprocess.run([program, "--dry-run", "-Werror", *files], cwd=tree).returncode


if __name__ == "__main__":
    sys.exit(main())
