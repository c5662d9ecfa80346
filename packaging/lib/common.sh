# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Messages, steps with a log, locks, and child processes that receive our signals.
# Everything that these scripts say goes to stderr: stdout belongs to the program that they start.

# Where downloads, the private root and ccache live.
cache_folder() {
    printf '%s/cahier\n' "${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}"
}

# Seconds since the first of the scripts started: the one inside the private root goes on counting.
elapsed_before=${CAHIER_ELAPSED:-0}
unset CAHIER_ELAPSED
elapsed() {
    echo "$((SECONDS + elapsed_before))"
}

say() {
    printf '[%d s] %s\n' "$(elapsed)" "$*" >&2
}

# fail WHAT [WHY-OR-WHAT-TO-DO]...: one line each, then the end of the script.
fail() {
    printf '%s: %s\n' "${CAHIER_SCRIPT:-packaging}" "$1" >&2
    shift
    local line
    for line in "$@"; do
        printf '  %s\n' "$line" >&2
    done
    exit 1
}

# True if Ctrl+C reaches our children by itself: we are in the terminal's foreground group.
in_foreground_of_terminal() {
    local stat fields
    stat=$(<"/proc/$$/stat")
    read -ra fields <<<"${stat##*) }"
    [[ ${fields[2]} == "${fields[5]}" ]] # process group; the terminal's foreground group
}

# Called by the traps of run_child: hands signal $1 to the child.
pass_signal() {
    child_signalled=1
    if ((child_killed_as_group)); then
        child_killed_for=$1
        kill -s KILL -- "-$child_pid" 2>/dev/null || true
        return 0
    fi
    if [[ $1 == INT || $1 == QUIT ]] && in_foreground_of_terminal; then
        return 0 # in a trap, a bare return would carry the interrupted command's status
    fi
    kill -s "$1" "$(command_pid)" 2>/dev/null || true
}

# The process to signal: bubblewrap hands no signal on, so it is the command that bubblewrap started.
command_pid() {
    local inner try
    [[ -n $child_info ]] || { echo "$child_pid"; return; }
    for ((try = 0; try < 40; ++try)); do
        if inner=$(grep -o '"child-pid": *[0-9]*' "$child_info" 2>/dev/null); then
            echo "${inner##*[!0-9]}"
            return
        fi
        sleep 0.05 # it is still setting up
    done
}

# Of the signals that end programs those that our caller did not have us ignore, separated by commas.
signals_to_obey() {
    local ignored number names=(0 HUP INT QUIT) obeyed=()
    names[15]=TERM
    ignored=$(awk '$1 == "SigIgn:" { print $2 }' "/proc/$$/status")
    for number in 1 2 3 15; do
        (((16#$ignored >> (number - 1)) & 1)) || obeyed+=("${names[number]}")
    done
    (IFS=,; echo "${obeyed[*]}")
}
obeyed_signals=$(signals_to_obey)

# run_child COMMAND...: runs it with our stdin, hands TERM, HUP, INT and QUIT on to it and returns
# its status. With child_info set, the command is
# bubblewrap, and that file holds its --info-fd output. With
# child_killed_as_group=1 the child leads a session of its own, and each of these signals kills it all.
child_info=''
child_killed_as_group=0
run_child() {
    local status=0 later
    child_signalled=0 child_killed_for=''
    # The lock on the private root ends with us: a program that outlives us is known by its mounts.
    (
        [[ -z ${use_lock:-} ]] || exec {use_lock}>&-
        if [[ -n $child_info ]]; then
            # bubblewrap stays until the command has ended; the command obeys again.
            trap '' HUP INT QUIT TERM
            exec "$@"
        fi
        # A background job of a script starts with INT and QUIT ignored; env undoes that.
        if ((child_killed_as_group)); then
            exec setsid "$@"
        fi
        exec env ${obeyed_signals:+"--default-signal=$obeyed_signals"} "$@"
    ) <&0 &
    child_pid=$!
    local signal
    for signal in TERM HUP INT QUIT; do
        # shellcheck disable=SC2064 # the signal's name is meant to be fixed now
        trap "pass_signal $signal" "$signal"
    done
    wait "$child_pid" || status=$?
    while ((child_signalled)); do
        child_signalled=0
        later=0
        wait "$child_pid" || later=$?
        ((later == 127)) || status=$later
    done
    trap - TERM HUP INT QUIT
    [[ -z $child_killed_for ]] || status=$((128 + $(kill -l "$child_killed_for")))
    return "$status"
}

# step TITLE LOG COMMAND...: says the title, runs the command with its output in LOG.
# When it fails: which step, the end of its log, and ${step_advice}; the script ends.
step_advice=''
step() {
    local title=$1 log=$2 status=0
    shift 2
    say "$title"
    mkdir -p -- "$(dirname -- "$log")"
    {
        printf '# %s\n#' "$title"
        printf ' %q' "$@"
        printf '\n'
    } >"$log"
    run_child "$@" >>"$log" 2>&1 </dev/null || status=$?
    ((status == 0)) || step_failed "$title" "$log" "$status"
}

step_failed() {
    local title=$1 log=$2 status=$3
    if ((status == 130 || status == 143 || status == 129 || status == 137)); then
        say "stopped (status $status) while: $title; its log: $log"
        exit "$status"
    fi
    printf '\n%s: this step failed (status %d): %s\n' "${CAHIER_SCRIPT:-packaging}" "$status" "$title" >&2
    printf 'The end of its log (all of it: %s):\n\n' "$log" >&2
    tail -n 30 -- "$log" | sed 's/^/    /' >&2
    if [[ -n $step_advice ]]; then
        printf '\n%s\n' "$step_advice" >&2
    fi
    exit 1
}

# take_lock VARIABLE FILE WHAT: an exclusive lock on FILE, held as the descriptor put into VARIABLE.
# Says so when it has to wait for another process.
take_lock() {
    local -n descriptor=$1
    mkdir -p -- "$(dirname -- "$2")"
    # Append mode opens without emptying what the holder wrote.
    exec {descriptor}>>"$2" || fail "cannot write $2"
    if ! flock --nonblock "$descriptor"; then
        say "waiting: $3 (process $(cat -- "$2" 2>/dev/null || true) holds $2)"
        flock "$descriptor"
    fi
    printf '%d\n' "$$" >"$2"
}

drop_lock() {
    local -n descriptor=$1
    exec {descriptor}>&-
}
