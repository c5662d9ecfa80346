# shellcheck shell=bash
# shellcheck disable=SC2034 # variables that other parts read, by name
# SPDX-License-Identifier: GPL-3.0-or-later
# The private Debian root of systems that are too old: made with mmdebstrap, kept in the cache folder.
#
# In the cache folder:
#   root-KEY       a complete root; it gets this name only when nothing is missing in it
#   root-KEY.use   locked (shared) by whoever enters root-KEY, so that nobody removes it meanwhile
#   making.*       a root being made, or what a killed run left of one
#   removing.*     a root being removed
#   debs/ apt/     downloaded packages and apt's state: a second try downloads only what is missing
#   make.lock      held by the process that makes a root

root_suite=trixie
# Part of the key: raise it when the way of making the root changes its contents.
root_format=1

# root_key PACKAGE-LIST: the key of the root that holds these packages.
root_key() {
    {
        printf '%s\n' "$root_suite" "$root_format" "$(dpkg --print-architecture)"
        package_names "$1" all
    } | sha256sum | cut -c 1-12
}

# Sets private_root to a complete root, which stays in use until this process ends.
enter_private_root() {
    local cache key
    cache=$(cache_folder)
    key=$(root_key "$CAHIER_SOURCE/packaging/packages.list")
    private_root="$cache/root-$key"
    mkdir -p -- "$cache" || fail "cannot make the cache folder $cache" "Set XDG_CACHE_HOME to a folder that can be written."
    while true; do
        # shellcheck disable=SC2093 # exec opens the descriptor, it starts nothing
        exec {use_lock}>>"$private_root.use" || fail "cannot write in the cache folder $cache" \
            "Is it owned by another user? Set XDG_CACHE_HOME to a folder of your own."
        flock --shared "$use_lock"
        [[ -d $private_root ]] && break
        drop_lock use_lock
        make_private_root "$cache" "$key"
    done
}

make_private_root() {
    local cache=$1 key=$2 making log="$1/logs/root.log" make_lock=''
    say "this system is older than Debian 13: a private Debian root is made in $cache (once; about 3 GB, minutes)"
    install_root_tools
    check_user_namespaces make
    take_lock make_lock "$cache/make.lock" "another process is making the private root"
    if [[ ! -d $cache/root-$key ]]; then
        remove_leftovers "$cache"
        check_free_space "$cache" 4500
        write_apt_settings "$cache"
        download_packages "$cache"
        making=$(mktemp -d -- "$cache/making.XXXXXX")
        chmod 755 "$making"
        if ((EUID == 0)); then
            make_root_as_root "$cache" "$making" "$log"
        else
            make_root_as_user "$cache" "$making" "$log"
        fi
        finish_root "$making" "$key"
        # Everything reaches the disk before the name says that it is complete.
        sync --file-system "$making"
        mv --no-target-directory -- "$making" "$cache/root-$key"
        say "the private root is complete"
        remove_old_roots "$cache" "$key"
        private_apt "$cache" autoclean >/dev/null 2>&1 || true
    fi
    drop_lock make_lock
}

install_root_tools() {
    local missing=()
    command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
    command -v bwrap >/dev/null || missing+=(bubblewrap)
    ((EUID == 0)) || command -v newuidmap >/dev/null || missing+=(uidmap)
    [[ -n ${CAHIER_DEBIAN_KEYRING:-} || -f /usr/share/keyrings/debian-archive-keyring.gpg ]] ||
        missing+=(debian-archive-keyring)
    ((${#missing[@]} == 0)) || install_packages "$(cache_folder)/logs/tools.log" "${missing[@]}"
}

# check_user_namespaces enter|make: ends with a message where this user may not do it.
check_user_namespaces() {
    local probe proc=/proc/sys
    if ! probe=$(bwrap --dev-bind / / true 2>&1); then
        local todo=("bubblewrap says: $probe")
        if ((EUID == 0)); then
            todo+=("In a container, start it with the right to mount (for instance --privileged).")
        elif [[ $(cat "$proc/kernel/unprivileged_userns_clone" 2>/dev/null) == 0 ]]; then
            todo+=("User namespaces are off. Run as root: sysctl -w kernel.unprivileged_userns_clone=1")
        elif [[ $(cat "$proc/user/max_user_namespaces" 2>/dev/null) == 0 ]]; then
            todo+=("User namespaces are off. Run as root: sysctl -w user.max_user_namespaces=10000")
        elif [[ $(cat "$proc/kernel/apparmor_restrict_unprivileged_userns" 2>/dev/null) == 1 ]]; then
            todo+=("AppArmor restricts user namespaces. Run as root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0")
        fi
        fail "the private root cannot be entered: bubblewrap is not allowed to set it up" "${todo[@]}"
    fi
    [[ $1 == make ]] && ((EUID != 0)) || return 0
    local user file
    user=$(id --user --name)
    for file in /etc/subuid /etc/subgid; do
        grep -q -s -E "^($user|$EUID):" "$file" || fail "user $user has no subordinate ids in $file, which making the private root needs" \
            "Run as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $user"
    done
}

# check_free_space FOLDER MEBIBYTES
check_free_space() {
    local free
    free=$(df --output=avail --block-size=1M -- "$1" | tail -n 1)
    ((free >= $2)) || fail "$1 has $free MiB free; $2 MiB are needed" \
        "Make room, or set XDG_CACHE_HOME (for TMPDIR: TMPDIR) to a folder on a larger disk."
}

remove_folder() {
    chmod -R u+rwX -- "$1" 2>/dev/null || true
    # Another process may be removing it too; what matters is that it is gone.
    rm -rf --one-file-system -- "$1" 2>/dev/null || [[ ! -e $1 ]] ||
        fail "cannot remove $1, which an earlier run left" "Remove it by hand, then run this again."
}

# What killed runs left. Called with the make lock held, so nobody is using it.
remove_leftovers() {
    local cache=$1 left
    for left in "$cache"/making.* "$cache"/removing.*; do
        [[ -e $left ]] || continue
        remove_folder "$left"
    done
    if [[ -f $cache/make.scratch ]]; then
        left=$(<"$cache/make.scratch")
        if [[ $left == */cahier-root.* && -d $left ]]; then
            # What is in there belongs to subordinate ids, which only this user's namespaces act for.
            mmdebstrap --unshare-helper find "$left" -mindepth 2 -xdev -delete >/dev/null 2>&1 || true
            remove_folder "$left"
        fi
        rm -f -- "$cache/make.scratch"
    fi
}

# The sources of the root, one a line, from the mirror that this machine's apt uses.
root_sources() {
    local keyring=${CAHIER_DEBIAN_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg} kind uri
    while read -r kind uri; do
        if [[ $kind == archive ]]; then
            printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$uri" "$root_suite" "$keyring" "$uri" "$root_suite-updates"
        else
            printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$uri" "$root_suite-security"
        fi
    done
}

# apt settings of our own, read after the machine's, so that its proxies and time-outs stay in force.
write_apt_settings() {
    local cache=$1 apt="$1/apt" architecture mirror
    mirror=$(debian_mirror)
    [[ $mirror == *archive* ]] || fail "this machine's apt has no Debian mirror that the private root could be made from" \
        "Set CAHIER_DEBIAN_MIRROR to the address of one, as in a line of sources.list, and run this again."
    architecture=$(dpkg --print-architecture)
    mkdir -p -- "$apt/lists/partial" "$apt/cache" "$apt/none" "$cache/debs/partial"
    : >"$apt/status"
    root_sources <<<"$mirror" >"$apt/sources.list"
    cat >"$apt/apt.conf" <<END
#clear APT::Update;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
#clear APT::Architectures;
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::GzipIndexes "false";
Acquire::Retries "3";
Dir::State "$apt";
Dir::State::status "$apt/status";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt/cache";
Dir::Cache::archives "$cache/debs";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "$apt/none";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "$apt/none";
END
}

private_apt() {
    local cache=$1
    shift
    env DEBIAN_FRONTEND=noninteractive apt-get --config-file="$cache/apt/apt.conf" --quiet --yes "$@"
}

# Downloads every package of the root. apt keeps what is complete, checks it, and goes on within a
# file that an interrupt cut short.
download_packages() {
    local cache=$1 names
    local apt=(setpriv --pdeathsig TERM apt-get --config-file="$cache/apt/apt.conf" --quiet --yes)
    mapfile -t names < <(package_names "$CAHIER_SOURCE/packaging/packages.list" all)
    step_advice="Check the network, and that the mirror in $cache/apt/sources.list carries Debian $root_suite (CAHIER_DEBIAN_MIRROR names another one). \
Where a signing key is missing, install a newer debian-archive-keyring or set CAHIER_DEBIAN_KEYRING. Then run this again: what is downloaded stays."
    step "reading the package lists of Debian $root_suite" "$cache/logs/lists.log" \
        "${apt[@]}" -o APT::Update::Error-Mode=any update
    step "downloading its packages" "$cache/logs/download.log" \
        "${apt[@]}" --download-only install '?essential' apt "${names[@]}"
}

# The arguments of mmdebstrap in both modes: it finds lists and packages where apt would have put
# them, so it needs no network.
mmdebstrap_arguments() {
    local cache=$1 quoted names
    names=$(package_names "$CAHIER_SOURCE/packaging/packages.list" all | paste -s -d ,)
    printf -v quoted '%q' "$cache"
    # shellcheck disable=SC2016,SC2054 # the hooks' shell expands $1; the commas are mmdebstrap's
    mmdebstrap_options=(
        --variant=apt --format=tar --skip=update,essential/unlink "--include=$names"
        '--aptopt=Acquire::Languages "none"'
        # No syncing of each file: one sync before the root gets its name is enough.
        --dpkgopt=force-unsafe-io
        '--dpkgopt=path-exclude=/usr/share/man/*' '--dpkgopt=path-exclude=/usr/share/locale/*'
        '--dpkgopt=path-exclude=/usr/share/doc/*' '--dpkgopt=path-include=/usr/share/doc/*/copyright'
        '--setup-hook=mkdir -p "$1/var/cache/apt/archives" "$1/var/lib/apt/lists"'
        "--setup-hook=sync-in $quoted/debs /var/cache/apt/archives"
        "--setup-hook=sync-in $quoted/apt/lists /var/lib/apt/lists"
    )
    mapfile -t mmdebstrap_sources <"$cache/apt/sources.list"
}

make_advice='Run this again: the downloaded packages are kept. If it fails at the same place, remove the folders debs and apt in the cache folder first.'

# making_step TITLE LOG COMMAND...: a step whose processes all end when this one ends, however it does:
# the next one must not find any of them still writing.
making_step() {
    local title=$1 log=$2
    shift 2
    step_advice=$make_advice
    child_killed_as_group=1
    # shellcheck disable=SC2016 # the inner bash expands these
    step "$title" "$log" bash -c '
        maker=$1
        shift
        "$@" &
        job=$!
        while kill -0 "$job" 2>/dev/null; do
            kill -0 "$maker" 2>/dev/null || kill -s KILL 0
            sleep 0.5
        done
        wait "$job"' bash "$$" "$@"
    child_killed_as_group=0
    step_advice=''
}

# In mount and process namespaces of its own, so that no mount in the new root outlives the making.
make_root_as_root() {
    local cache=$1 making=$2 log=$3
    mmdebstrap_arguments "$cache"
    making_step "making the private root (about two minutes)" "$log" \
        unshare --mount --pid --fork --kill-child --mount-proc \
        mmdebstrap --mode=root "${mmdebstrap_options[@]}" --format=directory "$root_suite" "$making" "${mmdebstrap_sources[@]}"
}

# Without root: mmdebstrap works under subordinate ids, in a folder that these can reach (so not in a
# closed home folder), and hands out a tar, whose files become this user's own.
make_root_as_user() {
    local cache=$1 making=$2 log=$3 scratch
    mmdebstrap_arguments "$cache"
    scratch=$(mktemp -d -- "${TMPDIR:-/var/tmp}/cahier-root.XXXXXX")
    printf '%s\n' "$scratch" >"$cache/make.scratch"
    chmod 755 "$scratch"
    check_free_space "$scratch" 3500
    # shellcheck disable=SC2016 # the inner bash expands these
    making_step "making the private root (some minutes)" "$log" env TMPDIR="$scratch" bash -c '
        set -o pipefail
        making=$1
        shift
        mmdebstrap --mode=unshare "$@" |
            tar --extract --directory="$making" --exclude="./dev/*" --no-same-owner --delay-directory-restore' \
        bash "$making" "${mmdebstrap_options[@]}" "$root_suite" - "${mmdebstrap_sources[@]}"
    rm -rf -- "$scratch" "$cache/make.scratch"
}

# Files that the host's are mounted over must be plain ones.
finish_root() {
    local root=$1 file
    for file in resolv.conf hosts localtime timezone machine-id; do
        rm -f -- "$root/etc/$file"
        : >"$root/etc/$file"
    done
    printf '%s\n' "$2" >"$root/etc/cahier-root"
    chmod u+rwx "$root" "$root/root"
}

# Removes the other roots in the cache that no process uses.
remove_old_roots() {
    local cache=$1 key=$2 old lock trash
    for old in "$cache"/root-????????????; do
        [[ -d $old && $old != "$cache/root-$key" ]] || continue
        exec {lock}>>"$old.use"
        # A program may outlive the script that entered the root with the lock: its mounts tell.
        if flock --nonblock "$lock" && ! grep -q -s -F "/${old##*/} " /proc/[0-9]*/mountinfo; then
            trash=$(mktemp -d -- "$cache/removing.XXXXXX")
            mv -- "$old" "$trash/"
            say "removing the root of an older package list"
            rm -f -- "$old.use"
            # Nobody has to wait for this; what an interrupt leaves of it the next making removes.
            remove_folder "$trash" {make_lock}>&- {lock}>&- >/dev/null 2>&1 </dev/null &
        fi
        exec {lock}>&-
    done
}
