# shellcheck shell=bash
# shellcheck disable=SC2034 # variables that other parts read, by name
# SPDX-License-Identifier: GPL-3.0-or-later
# What system this is, which packages it lacks, and how they are installed.

# package_names FILE GROUP...: the names in these groups of a package list, sorted; "all" for every group.
package_names() {
    local list=$1
    shift
    awk -v wanted=" $* " '
        { sub(/#.*/, "") }
        /^\[.*\]/ { group = $0; gsub(/[][[:space:]]/, "", group); next }
        index(wanted, " all ") || index(wanted, " " group " ") { for (i = 1; i <= NF; i++) print $i }
    ' "$list" | LC_ALL=C sort -u
}

# The value of field $2 in the os-release file $1.
os_release_field() {
    # shellcheck source=/dev/null
    (unset "$2" && . "$1" && printf '%s\n' "${!2:-}")
}

# apt_candidate PACKAGE: the version that apt would install, empty if there is none.
apt_candidate() {
    LC_ALL=C apt-cache policy "$1" 2>/dev/null | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'
}

# True if apt offers (or has) Qt 6.8 or newer and KF6's highlighting.
apt_has_what_we_need() {
    local qt
    qt=$(apt_candidate qt6-base-dev)
    [[ -n $qt ]] && dpkg --compare-versions "$qt" ge 6.8 && [[ -n $(apt_candidate libkf6syntaxhighlighting-dev) ]]
}

# system_kind [OS-RELEASE-FILE]: "system" where the system's own packages do, "root" where a private
# Debian root is needed, "unsupported" without apt. CAHIER_PLATFORM=system|root overrules it.
system_kind() {
    local file=${1:-/etc/os-release} id version
    if [[ -n ${CAHIER_PLATFORM:-} ]]; then
        printf '%s\n' "$CAHIER_PLATFORM"
        return
    fi
    id=$(os_release_field "$file" ID)
    version=$(os_release_field "$file" VERSION_ID)
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        echo unsupported
    elif [[ $id == debian ]]; then
        # Debian's testing and unstable carry no VERSION_ID.
        if [[ -z $version ]] || ((${version%%.*} >= 13)); then echo system; else echo root; fi
    elif apt_has_what_we_need; then
        echo system
    else
        echo root
    fi
}

# missing_packages NAME...: those that are not installed, one a line.
missing_packages() {
    local have
    # ${Provides} counts too: a virtual name is satisfied by whatever provides it.
    have=$(dpkg-query --show --showformat '${db:Status-Status} ${Package} ${Provides}\n' 2>/dev/null |
        awk '$1 == "installed" { sub(/^installed /, ""); gsub(/\([^)]*\)|,/, ""); for (i = 1; i <= NF; i++) print $i }')
    comm -23 <(printf '%s\n' "$@" | LC_ALL=C sort -u) <(LC_ALL=C sort -u <<<"$have")
}

apt_advice='Check the network and the package sources (apt-get update tells), then run this again: what is installed stays installed.'

# install_packages LOG NAME...: installs them as root or through sudo, or says what to run.
install_packages() {
    local log=$1 as_root=()
    shift
    if ((EUID != 0)); then
        if ! command -v sudo >/dev/null; then
            fail "these packages are missing and there is no sudo to install them with: $*" \
                "Run this as root, then try again:" \
                "apt-get update && apt-get install --no-install-recommends $*"
        fi
        as_root=(sudo)
        # Asks for the password here, where it is seen, not inside the logged step.
        sudo --validate || fail "sudo was refused, and these packages are missing: $*" \
            "Have them installed: apt-get install --no-install-recommends $*"
    fi
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get --quiet --yes -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3)
    step_advice=$apt_advice
    step "reading the package lists" "${log%.log}-update.log" "${as_root[@]}" "${apt[@]}" update
    step "installing $# packages: $(shorten 70 "$*")" "$log" \
        "${as_root[@]}" "${apt[@]}" install --no-install-recommends "$@"
    step_advice=''
}

# shorten LENGTH TEXT: the text, cut with an ellipsis where it is longer.
shorten() {
    if ((${#2} > $1)); then printf '%s…\n' "${2:0:$1}"; else printf '%s\n' "$2"; fi
}

# Reads lines "URI|CODENAME|RELEASE|COMPONENT|ORIGIN|LABEL" as apt-get indextargets writes them, and
# prints "archive URI" and, if there is one, "security URI" of the Debian mirror in use. $1 is the
# os-release ID and $2 its codename: a source whose lists were never fetched has no origin yet, so on
# Debian itself one with the system's own codename counts.
pick_mirror() {
    awk -F '|' -v id="$1" -v codename="$2" '
        $4 != "main" || $1 ~ /^cdrom:/ { next }
        { known = ($5 == "Debian")
          unread = ($5 ~ /^(\$\(ORIGIN\))?$/ && id == "debian" && codename != "" && index($3, codename) == 1)
          if (!known && !unread) next
          uri = $1; sub(/\/+$/, "", uri)
          if ($6 == "Debian-Security" || $3 ~ /security|\/updates$/) { if (security == "") security = uri }
          else if ($3 !~ /backports|proposed/) { if (archive == "") archive = uri } }
        END { if (archive != "") print "archive " archive
              if (security != "") print "security " security }'
}

# debian_mirror: the lines of pick_mirror for this machine; CAHIER_DEBIAN_MIRROR overrules it.
debian_mirror() {
    if [[ -n ${CAHIER_DEBIAN_MIRROR:-} ]]; then
        printf 'archive %s\n' "${CAHIER_DEBIAN_MIRROR%/}"
        return
    fi
    # shellcheck disable=SC2016 # apt-get expands these
    apt-get indextargets --format '$(REPO_URI)|$(CODENAME)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)|$(LABEL)' 2>/dev/null |
        pick_mirror "$(os_release_field /etc/os-release ID)" "$(os_release_field /etc/os-release VERSION_CODENAME)"
}
