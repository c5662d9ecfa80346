#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# check_scripts.sh TREE: shellcheck over every script of packaging/, .ci/ and this folder. 77: skipped.
set -euo pipefail
cd -- "$1"
if ! command -v shellcheck >/dev/null; then
    echo "skipped: shellcheck is not installed"
    exit 77
fi
mapfile -t scripts < <(grep --recursive --files-with-matches --binary-files=without-match \
    -E '^#!/bin/(ba)?sh|^# shellcheck shell=bash' packaging .ci tests/packaging)
((${#scripts[@]} >= 10)) || { echo "only ${#scripts[@]} scripts were found"; exit 1; }
shellcheck --external-sources "${scripts[@]}"
