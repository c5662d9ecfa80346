# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The start-up file of packaging/shell's interactive bash.
# shellcheck source=/dev/null
[[ ! -f ~/.bashrc ]] || source ~/.bashrc
# shellcheck source=/dev/null
PS1="(cahier on $(. /etc/os-release && echo "$ID ${VERSION_ID:-}")) ${PS1:-\\w\\$ }"
