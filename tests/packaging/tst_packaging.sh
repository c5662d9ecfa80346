#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2034 # variables that the tested functions read, by name
# tst_packaging.sh TREE: the functions of packaging/lib that decide something, without installing anything.
set -euo pipefail
CAHIER_SOURCE=$1
for part in common platform root enter; do
    # shellcheck source=/dev/null
    source "$CAHIER_SOURCE/packaging/lib/$part.sh"
done
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
failures=0

# expect NAME EXPECTED ACTUAL
expect() {
    if [[ $2 == "$3" ]]; then
        printf 'ok      %s\n' "$1"
    else
        printf 'FAILED  %s\n  expected: %q\n  actual:   %q\n' "$1" "$2" "$3"
        failures=$((failures + 1))
    fi
}

# kind_of ID VERSION_ID [QT-IN-APT [KF6-IN-APT]]: system_kind on such a machine.
kind_of() (
    unset CAHIER_PLATFORM
    given_qt=${3:-} given_kf6=${4:-}
    # shellcheck disable=SC2317 # called by system_kind
    apt_candidate() {
        case $1 in
        qt6-base-dev) printf '%s\n' "$given_qt" ;;
        libkf6syntaxhighlighting-dev) printf '%s\n' "$given_kf6" ;;
        esac
    }
    printf 'ID=%s\n%s\n' "$1" "${2:+VERSION_ID=\"$2\"}" >"$scratch/os-release"
    system_kind "$scratch/os-release"
)

test_systemKind() {
    expect 'Debian 12 needs a root' root "$(kind_of debian 12)"
    expect 'Debian 13 is ordinary' system "$(kind_of debian 13)"
    expect 'Debian 14 is ordinary' system "$(kind_of debian 14)"
    expect 'Debian testing, without a version, is ordinary' system "$(kind_of debian '')"
    expect 'Ubuntu 24.04 (Qt 6.4) needs a root' root "$(kind_of ubuntu 24.04 6.4.2+dfsg-21.1build5 '')"
    expect 'Ubuntu 25.04 (Qt 6.8 and KF6) is ordinary' system "$(kind_of ubuntu 25.04 6.8.3+dfsg-0ubuntu2 6.12.0-0ubuntu1)"
    expect 'Qt 6.10 is newer than 6.8' system "$(kind_of ubuntu 26.04 6.10.1 6.20)"
    expect 'Qt 6.8 without KF6 needs a root' root "$(kind_of ubuntu 24.10 6.8.0 '')"
    expect 'CAHIER_PLATFORM overrules' root "$(CAHIER_PLATFORM=root system_kind /dev/null)"
    printf 'ID=fedora\nVERSION_ID=42\n' >"$scratch/os-release"
    expect 'a system without apt is refused' unsupported \
        "$(unset CAHIER_PLATFORM; PATH="$scratch"; system_kind "$scratch/os-release")"
}

test_packageNames() {
    cat >"$scratch/list" <<'END'
# a comment
[build]
cmake ninja-build   # another
zlib1g-dev

[test]
xvfb cmake
END
    expect 'one group' 'cmake ninja-build zlib1g-dev' "$(package_names "$scratch/list" build | paste -s -d ' ')"
    expect 'two groups, each name once' 'cmake ninja-build xvfb zlib1g-dev' \
        "$(package_names "$scratch/list" build test | paste -s -d ' ')"
    expect 'all' 'cmake ninja-build xvfb zlib1g-dev' "$(package_names "$scratch/list" all | paste -s -d ' ')"
    local group
    for group in build test develop; do
        expect "the real list has group $group" yes \
            "$([[ -z $(package_names "$CAHIER_SOURCE/packaging/packages.list" "$group") ]] || echo yes)"
    done
}

test_rootKey() {
    local key
    printf '[build]\ncmake ninja-build\n' >"$scratch/list"
    key=$(root_key "$scratch/list")
    expect 'the key is a short name' yes "$([[ $key =~ ^[0-9a-f]{12}$ ]] && echo yes)"
    printf '# said otherwise\n[build]\nninja-build\ncmake\n' >"$scratch/list"
    expect 'comments and order do not change the key' "$key" "$(root_key "$scratch/list")"
    expect 'the suite changes the key' yes "$([[ $(root_suite=forky root_key "$scratch/list") != "$key" ]] && echo yes)"
    expect 'the format changes the key' yes "$([[ $(root_format=0 root_key "$scratch/list") != "$key" ]] && echo yes)"
    printf '[build]\ncmake ninja-build xvfb\n' >"$scratch/list"
    expect 'a package more changes the key' yes "$([[ $(root_key "$scratch/list") != "$key" ]] && echo yes)"
}

test_missingPackages() {
    # shellcheck disable=SC2317 # called by missing_packages
    dpkg-query() {
        printf '%s\n' 'installed cmake ' 'installed pkgconf pkg-config (= 1.8.1), pkg-config:amd64 (= 1.8.1)' 'config-files xvfb '
    }
    expect 'what is installed or provided is not missing; removed or unknown packages are' 'nothing xvfb' \
        "$(missing_packages xvfb cmake pkg-config nothing | paste -s -d ' ')"
    expect 'nothing is missing' '' "$(missing_packages cmake pkg-config)"
    unset -f dpkg-query
}

test_pickMirror() {
    local sample='http://mirror.example/debian-security/|bookworm-security|bookworm-security|main|Debian|Debian-Security
http://mirror.example/debian/|bookworm-backports|bookworm-backports|main|Debian Backports|Debian Backports
http://mirror.example/debian/|bookworm-updates|bookworm-updates|main|Debian|Debian
http://other.example/tools/|stable|stable|main|Somebody|Tools
http://mirror.example/debian/|bookworm|bookworm|contrib|Debian|Debian'
    expect 'archive and security of Debian' $'archive http://mirror.example/debian\nsecurity http://mirror.example/debian-security' \
        "$(pick_mirror debian bookworm <<<"$sample")"
    expect 'a list of mirrors in a file' 'archive mirror+file:/etc/apt/mirrors/debian.list' \
        "$(pick_mirror debian bookworm <<<'mirror+file:/etc/apt/mirrors/debian.list/|bookworm|bookworm|main|Debian|Debian')"
    # shellcheck disable=SC2016 # what apt-get prints where it knows no value
    sample='http://mirror.example/debian/|$(CODENAME)|bookworm|main|$(ORIGIN)|$(LABEL)
http://mirror.example/security/|$(CODENAME)|bookworm-security|main|$(ORIGIN)|$(LABEL)'
    expect 'lists never fetched, on Debian' $'archive http://mirror.example/debian\nsecurity http://mirror.example/security' \
        "$(pick_mirror debian bookworm <<<"$sample")"
    expect 'lists never fetched, elsewhere' '' "$(pick_mirror ubuntu jammy <<<"$sample")"
    expect 'Ubuntu has no Debian mirror' '' "$(pick_mirror ubuntu jammy <<<'http://u.example/ubuntu/|jammy|jammy|main|Ubuntu|Ubuntu')"
    expect 'a disc is no mirror' '' "$(pick_mirror debian bookworm <<<'cdrom:[Debian 12]/|bookworm|bookworm|main|Debian|Debian')"
    expect 'CAHIER_DEBIAN_MIRROR overrules' 'archive http://mine.example/debian' \
        "$(CAHIER_DEBIAN_MIRROR=http://mine.example/debian/ debian_mirror)"
    expect 'the sources of the root' \
        'deb [signed-by=/k] http://m/debian trixie main
deb [signed-by=/k] http://m/debian trixie-updates main
deb [signed-by=/k] http://m/security trixie-security main' \
        "$(CAHIER_DEBIAN_KEYRING=/k root_sources <<<$'archive http://m/debian\nsecurity http://m/security')"
}

test_cacheFolder() {
    expect 'XDG_CACHE_HOME counts' '/x y/cahier' "$(XDG_CACHE_HOME='/x y' cache_folder)"
    expect 'else the home folder' /home/h/.cache/cahier "$(unset XDG_CACHE_HOME; HOME=/home/h cache_folder)"
}

test_step() {
    local status=0 said
    said=$(step_advice='Do this.'; step 'counting' "$scratch/log/step.log" bash -c 'echo to the log; exit 3' 2>&1) || status=$?
    expect 'a failed step ends the script' 1 "$status"
    local part
    for part in 'counting' 'status 3' 'to the log' "$scratch/log/step.log" 'Do this.'; do
        expect "a failed step says: $part" yes "$([[ $said == *"$part"* ]] && echo yes)"
    done
    said=$(step 'counting' "$scratch/log/step.log" echo quiet 2>&1)
    expect 'a step that succeeds is one line' '[0 s] counting' "${said/\[[0-9]* s\]/[0 s]}"
}

test_runChild() {
    local status=0
    run_child bash -c 'exit 7' || status=$?
    expect 'the status of the child' 7 "$status"
    expect 'the child has our stdin' word "$(run_child cat <<<word)"
    # The child says ready through a FIFO, then the script that runs it gets the signal.
    local signal pid ready
    for signal in TERM HUP INT; do
        mkfifo "$scratch/$signal"
        # Without a terminal (setsid) an INT can only come from kill, and is handed on.
        setsid env --default-signal=INT bash -c "source '$CAHIER_SOURCE/packaging/lib/common.sh'
            run_child bash -c 'trap \"echo got $signal; kill \\\$!; exit 9\" $signal; sleep 60 >/dev/null 2>&1 & echo ready; wait'
            echo status \$?" >"$scratch/$signal" 2>&1 &
        pid=$!
        exec {ready}<"$scratch/$signal"
        read -r -u "$ready"
        kill -s "$signal" "$pid"
        expect "$signal reaches the child, and its status us" $'got '"$signal"$'\nstatus 9' "$(cat <&"$ready")"
        exec {ready}<&-
        wait "$pid" || true
    done
}

# Ctrl+C on a terminal reaches the child by itself, so it is not handed on as a second signal, and we
# stay until the child has ended.
test_controlC() {
    local said
    cat >"$scratch/counts" <<'END'
trap 'count=$((count + 1))' INT
count=0
echo ready
for ((try = 0; try < 10; ++try)); do sleep 0.05; done
for ((try = 0; try < 100 && count == 0; ++try)); do sleep 0.05; done
for ((try = 0; try < 10; ++try)); do sleep 0.05; done
echo "signals $count"
exit 9
END
    said=$(python3 - "$CAHIER_SOURCE/packaging/lib/common.sh" "$scratch/counts" <<'END'
import os, pty, signal, sys
pid, terminal = pty.fork()
if pid == 0:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execvp("bash", ["bash", "-euc", 'source "$1"; run_child bash "$2"', "bash", *sys.argv[1:]])
said = b""
while True:
    try:
        said += os.read(terminal, 1000)
    except OSError:
        break
    if said.endswith(b"ready\r\n"):
        os.write(terminal, b"\x03")
print(said.decode().split()[-1], os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
    )
    expect 'Ctrl+C reaches the child once, and its status us' '1 9' "$said"
}

test_takeLock() {
    local lock='' holder said
    # One for each writer: a reader that meets the end of the one before would find nothing.
    mkfifo "$scratch/held" "$scratch/said" "$scratch/go"
    # Holds the lock until a line comes through the FIFO.
    (
        take_lock lock "$scratch/lock" nobody
        echo holding >"$scratch/held"
        read -r <"$scratch/go"
    ) &
    holder=$!
    read -r <"$scratch/held"
    ( (take_lock lock "$scratch/lock" 'another one builds' && echo taken) >"$scratch/said" 2>&1) &
    exec {said_fd}<"$scratch/said"
    read -r -u "$said_fd" said
    expect 'who waits says for what' yes "$([[ $said == *'waiting: another one builds (process '* ]] && echo yes)"
    echo >"$scratch/go"
    wait "$holder"
    expect 'and gets the lock in the end' taken "$(cat <&"$said_fd")"
    exec {said_fd}<&-
}

test_systemKind
test_packageNames
test_rootKey
test_missingPackages
test_pickMirror
test_cacheFolder
test_step
test_runChild
test_controlC
test_takeLock
((failures == 0)) || { echo "$failures failed"; exit 1; }
