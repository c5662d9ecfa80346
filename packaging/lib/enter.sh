# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a command inside the private root, with everything of the host's that a user's program needs.

# host_folders: the top-level folders of the host that are not a system's own: home, mnt, srv, ...
host_folders() {
    local folder
    for folder in /*; do
        case ${folder#/} in
        bin | sbin | lib* | usr | etc | var | boot | dev | proc | sys | run | lost+found) ;;
        *) [[ ! -d $folder ]] || printf '%s\n' "$folder" ;;
        esac
    done
}

# Adds to mounts: bwrap's arguments for the folders in which the user's files can be.
add_user_folders() {
    local folder
    while IFS= read -r folder; do
        if [[ -L $folder ]]; then
            # Some systems keep /home elsewhere and have a link to it.
            mounts+=(--bind-try "$(readlink -f -- "$folder")" "$(readlink -f -- "$folder")")
        fi
        mounts+=(--bind-try "$folder" "$folder")
    done < <(host_folders)
    mounts+=(--bind /var/tmp /var/tmp)
    local common
    common=$(git -C "$CAHIER_SOURCE" rev-parse --path-format=absolute --git-common-dir 2>/dev/null || true)
    # These can lie anywhere, under /usr/src or /var/lib too; mounting a folder twice is harmless.
    for folder in "${HOME:-}" "$(cache_folder)" "$CAHIER_SOURCE" "$common" "$(pwd -P)" "$PWD" "${TMPDIR:-}"; do
        [[ $folder != /* ]] || [[ $folder == / ]] || mounts+=(--bind-try "$folder" "$folder")
    done
}

# Adds the parts of the host's system that programs look for: network, users, fonts, CUDA.
add_system_files() {
    local file
    for file in /etc/resolv.conf /etc/hosts /etc/localtime /etc/timezone /etc/machine-id \
        /etc/passwd /etc/group /etc/ssl/certs/ca-certificates.crt; do
        [[ ! -s $file ]] || mounts+=(--ro-bind-try "$file" "$file")
    done
    mounts+=(--ro-bind-try /usr/share/fonts /usr/local/share/fonts)
    if [[ -d /usr/local/cuda ]]; then
        mounts+=(--ro-bind "$(readlink -f /usr/local/cuda)" /usr/local/cuda)
    fi
    # The NVIDIA driver's libraries fit the host's kernel, so they are the host's.
    for file in /usr/lib/*-linux-gnu/{libcuda,libnvidia-ml,libnvidia-ptxjitcompiler,libnvidia-nvvm}.so.[0-9]*; do
        [[ ! -s $file ]] || mounts+=(--ro-bind "$(readlink -f -- "$file")" "$file")
    done
}

# Adds changes of the environment: away with what points at programs and libraries of the host.
add_environment() {
    local name
    for name in PYTHONPATH PYTHONHOME VIRTUAL_ENV CONDA_PREFIX LD_LIBRARY_PATH LD_PRELOAD \
        PERL5LIB QT_PLUGIN_PATH QML2_IMPORT_PATH CMAKE_PREFIX_PATH PKG_CONFIG_PATH LOCPATH; do
        mounts+=(--unsetenv "$name")
    done
    for name in "${!LC_@}" LANG; do
        mounts+=(--unsetenv "$name")
    done
    # The root has no other locale.
    mounts+=(--setenv LC_ALL C.UTF-8 --setenv LANG "${LANG:-C.UTF-8}"
        --setenv PATH /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        --setenv SHELL /bin/bash
        --setenv CAHIER_IN_ROOT "${private_root##*-}" --setenv CAHIER_ELAPSED "$(elapsed)")
}

# run_in_private_root ROOT COMMAND...: its status is the command's. No process namespace of its own:
# what the command leaves running outlives it, as it would anywhere.
run_in_private_root() {
    local private_root=$1 mounts=() status=0
    shift
    check_user_namespaces enter
    mounts=(--bind "$private_root" / --dev-bind /dev /dev --dev-bind /proc /proc --ro-bind /sys /sys --bind /run /run)
    add_user_folders
    add_system_files
    add_environment
    # Last: up to here bwrap has made the mount points in the root.
    mounts+=(--remount-ro /)
    local fd file
    file=$(mktemp -- "${TMPDIR:-/tmp}/cahier-child.XXXXXX")
    exec {fd}<>"$file"
    rm -- "$file"
    # shellcheck disable=SC2034 # run_child reads it
    child_info=/proc/$$/fd/$fd
    run_child bwrap "${mounts[@]}" --info-fd "$fd" --chdir "$PWD" -- \
        env ${obeyed_signals:+"--default-signal=$obeyed_signals"} "$@" || status=$?
    return "$status"
}
