# shellcheck shell=bash
# shellcheck disable=SC2034 # variables that other parts read, by name
# SPDX-License-Identifier: GPL-3.0-or-later
# Common to packaging/run, test, bench and shell; the caller has set CAHIER_SOURCE, the checkout.

CAHIER_SCRIPT=packaging/$(basename -- "$0")
for part in common platform root enter build; do
    # shellcheck source=/dev/null
    source "$CAHIER_SOURCE/packaging/lib/$part.sh"
done
unset part

# surroundings "GROUP..." SCRIPT ARGUMENTS...: returns where the packages of these groups are
# installed. On a system that is too old it instead runs SCRIPT again inside the private root, where
# it returns, and ends with its status.
surroundings() {
    local groups=$1 kind names missing private_root='' use_lock='' status=0
    shift
    kind=$(system_kind)
    if [[ -n ${CAHIER_IN_ROOT:-} ]]; then
        kind=system
    fi
    case $kind in
    system)
        # shellcheck disable=SC2086 # the groups are words
        mapfile -t names < <(package_names "$CAHIER_SOURCE/packaging/packages.list" $groups)
        mapfile -t missing < <(missing_packages "${names[@]}")
        ((${#missing[@]} == 0)) || install_packages "$(cache_folder)/logs/install.log" "${missing[@]}"
        ;;
    root)
        enter_private_root
        run_in_private_root "$private_root" "$@" || status=$?
        exit "$status"
        ;;
    *)
        fail "this system has no apt, so the packages that Cahier needs cannot be installed here" \
            "Use Debian 13 or newer, in a virtual machine or a container if need be."
        ;;
    esac
}
