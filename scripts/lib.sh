# What the scripts share. To be sourced by a script that has gone to the project's top folder.
# shellcheck shell=bash

say() {
    printf '\n== %s\n' "$*"
}
# For what could not be done at all, as against done and found wanting.
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 2
}
need() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || die "there is no $tool here; scripts/install checks gets it"
    done
}
jobs() {
    echo "${PV_JOBS:-$(nproc)}"
}
# build PRESET [TARGET...]: configures and builds it, silently unless it fails.
build() {
    local preset=$1 log=build/$1.log
    shift
    mkdir -p build
    {
        cmake --preset "$preset" && cmake --build --preset "$preset" -j "$(jobs)" ${1:+--target "$@"}
    } >"$log" 2>&1 </dev/null || {
        tail -n 40 "$log" >&2
        die "the $preset build failed; the whole log is $log"
    }
}
