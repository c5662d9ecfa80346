# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a source tree, for the checks in this folder."""

import os
from pathlib import Path

# Never ours: what is built, and what version control and editors keep.
_SKIPPED_FOLDERS = {"build", "__pycache__", ".ipynb_checkpoints"}
# Under tests/: files that are input or expected output, kept as their authors wrote them.
_DATA_FOLDERS = {"data", "corpus", "golden", "fixtures"}


def files(root, *folders):
    """Every file below these folders of root as a sorted list of paths relative to it, data left out."""
    found = []
    for folder in folders:
        for current, names, leaves in os.walk(root / folder):
            below = Path(current).relative_to(root)
            skipped = _SKIPPED_FOLDERS | (_DATA_FOLDERS if below.parts[:1] == ("tests",) else set())
            names[:] = [name for name in names if name not in skipped and not name.startswith(".")]
            found += [below / leaf for leaf in leaves]
    return sorted(found)
