# shellcheck shell=bash
# shellcheck disable=SC2034 # variables that other parts read, by name
# SPDX-License-Identifier: GPL-3.0-or-later
# Configures and builds a preset, quietly.

# configure_stamp PRESET: changes whenever the build folder must be configured afresh.
configure_stamp() {
    printf '%s\n' "$1" "${CAHIER_IN_ROOT:-system $(os_release_field /etc/os-release PRETTY_NAME)}"
    sha256sum <"$CAHIER_SOURCE/CMakePresets.json"
}

# What is compiled in one checkout is found again by the next one, wherever that lies.
compiler_cache() {
    export CCACHE_DIR="${CCACHE_DIR:-$(cache_folder)/ccache}"
    export CCACHE_BASEDIR="${CCACHE_BASEDIR:-$CAHIER_SOURCE}" CCACHE_NOHASHDIR="${CCACHE_NOHASHDIR:-1}"
    # Precompiled headers ask for these.
    export CCACHE_SLOPPINESS="${CCACHE_SLOPPINESS:-pch_defines,time_macros,include_file_mtime,include_file_ctime}"
}

# build PRESET [TARGET...]: silent if there is nothing to do. Only one build at a time in a checkout.
build() {
    local preset=$1 folder="$CAHIER_SOURCE/build/$1" logs="$CAHIER_SOURCE/build/logs" stamp build_lock=''
    shift
    compiler_cache
    mkdir -p -- "$logs" || fail "cannot write in $CAHIER_SOURCE/build" "The checkout has to be writable: that is where Cahier is built."
    take_lock build_lock "$CAHIER_SOURCE/build/.lock" "another process is building this checkout"
    cd -- "$CAHIER_SOURCE" || return
    stamp=$(configure_stamp "$preset")
    if [[ ! -f $folder/build.ninja || $(cat -- "$folder/.configured" 2>/dev/null) != "$stamp" ]]; then
        step_advice='If a package was not found, the list packaging/packages.list lacks it.'
        step "configuring ($preset)" "$logs/configure-$preset.log" cmake --fresh --preset "$preset"
        printf '%s\n' "$stamp" >"$folder/.configured"
    fi
    local targets=(all)
    (($# == 0)) || targets=("$@")
    if [[ $(ninja -C "$folder" -n "${targets[@]}" 2>&1) != *'no work to do'* ]]; then
        step_advice=''
        step "building ${*:-all of Cahier} ($preset)" "$logs/build-$preset.log" cmake --build "$folder" --target "${targets[@]}"
    fi
    cd -- "$OLDPWD" || return
    drop_lock build_lock
}
