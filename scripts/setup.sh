# Shared by ./run and ./check, which source it: packages, third-party sources, builds.
# What it says goes to stderr, so that the program's output stays clean. V=1 shows everything the tools print.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=$(nproc 2>/dev/null || echo 2)
log=$(mktemp "${TMPDIR:-/tmp}/glassformer.XXXXXX")
trap 'rm -f "$log"' EXIT

# Debian packages. Licences and versions: third_party/LICENSES.md.
# shellcheck disable=SC2034 # used by the scripts that source this one
packages=(
    g++ cmake ninja-build ccache pkg-config                                  # to build
    libeigen3-dev libfmt-dev nlohmann-json3-dev libcli11-dev libpcre2-dev libutf8proc-dev    # engine
    libyaml-cpp-dev libmd4c-dev                                              # lessons
    libglfw3-dev libopengl-dev libgl-dev libegl-dev libfribidi-dev libstb-dev python3-glad    # window
    xz-utils debian-archive-keyring                                          # third_party/fetch-imgui.sh
    libegl-mesa0 libgl1-mesa-dri                                             # pictures without a display
    fonts-inter fonts-jetbrains-mono fonts-droid-fallback fonts-dejavu-core fonts-symbola
    libgtest-dev libgmock-dev                                                # configuring looks for them
)

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# quietly WHAT COMMAND...: says WHAT and how long it took; the command's output only if it fails.
quietly() {
    local start=$SECONDS
    printf '%s ...' "$1" >&2
    if [ -n "${V:-}" ]; then
        say; "${@:2}" >&2
    else
        "${@:2}" >"$log" 2>&1 || { say " failed"; cat "$log" >&2; return 1; }
        say " $((SECONDS - start)) s"
    fi
}

# Prints those of its arguments that are not installed. One call, some 20 ms.
missing_packages() {
    comm -23 <(printf '%s\n' "$@" | sort) \
        <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' | sort -u)
}

# Installs those of its arguments that are missing. Where it cannot, it says what to install and goes on:
# the same things may have come from elsewhere, and CMake names what it does not find.
ensure_packages() {
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        [ -e "$root/build/build.ninja" ] ||
            say "Not a Debian system. The build needs what these Debian packages hold; please install their like:
  $*"
    else
        local missing=() sudo=()
        mapfile -t missing < <(missing_packages "$@")
        [ ${#missing[@]} -gt 0 ] || return 0
        say "missing packages: ${missing[*]}"
        [ "$(id -u)" = 0 ] || sudo=(sudo)
        if [ "$(id -u)" != 0 ] && ! { command -v sudo >/dev/null && sudo true; }; then
            say "Only root can install them: apt-get install --no-install-recommends ${missing[*]}"
        else
            # A failed update is no reason to stop: older lists often do.
            quietly "updating package lists" "${sudo[@]}" apt-get -q -o DPkg::Lock::Timeout=300 update || true
            quietly "installing them" "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
                apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "${missing[@]}" </dev/null ||
                say "Could not install them; trying to build without."
        fi
    fi
    local tool absent=()
    for tool in cmake ninja c++; do command -v "$tool" >/dev/null || absent+=("$tool"); done
    [ ${#absent[@]} -eq 0 ] || die "Cannot build without: ${absent[*]}"
}

# Dear ImGui and ImPlot, which Debian 12 lacks.
ensure_sources() {
    # Both come from elsewhere (third_party/LICENSES.md).
    [ -z "${GLASSFORMER_IMGUI_DIR:-}" ] || [ -z "${GLASSFORMER_IMPLOT_DIR:-}" ] || return 0
    local fetch=$root/third_party/fetch-imgui.sh
    "$fetch" --check || quietly "fetching Dear ImGui and ImPlot" "$fetch" ||
        die "Without them: point GLASSFORMER_IMGUI_DIR and GLASSFORMER_IMPLOT_DIR at their sources, in the environment."
}

# Reads ninja's output and makes one line of it, which moves on a terminal. Prints nothing (and fails) if nothing is built.
narrate() {
    local line begun='' clear='\r\033[K'
    [ -t 2 ] || clear=''
    while IFS= read -r line; do # not awk: Debian's waits for a full buffer
        [[ $line =~ ^\[[0-9]+/[0-9]+\]\  && $line != *"Re-checking globbed"* ]] || continue
        if [ -n "$clear" ]; then
            printf "$clear%s ... %.70s" "$1" "$line" >&2
        elif [ -z "$begun" ]; then
            printf '%s ...' "$1" >&2
        fi
        begun=yes
    done
    [ -n "$begun" ] || return 1
    [ -z "$clear" ] || printf "$clear%s ..." "$1" >&2
}

# build PRESET TARGETS...: configures if needed (afterwards ninja itself sees to that) and builds.
build() {
    local preset=$1 dir=$root/build start=$SECONDS status
    [ "$preset" = release ] || dir+=-$preset
    if [ ! -e "$dir/build.ninja" ] || [ "$root/CMakePresets.json" -nt "$dir/build.ninja" ] ||
        ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$dir/CMakeCache.txt"; then # the folder was moved
        quietly "configuring $preset" cmake -S "$root" --preset "$preset" --fresh || return 1
    fi
    if [ -n "${V:-}" ]; then
        cmake --build "$dir" -j "$jobs" --target "${@:2}" >&2
        return
    fi
    cmake --build "$dir" -j "$jobs" --target "${@:2}" 2>&1 | tee "$log" | narrate "building $preset"
    status=("${PIPESTATUS[@]}")
    if [ "${status[0]}" != 0 ]; then
        say " failed"
        grep -vE '^\[[0-9]+/[0-9]+\] ' "$log" >&2
        return 1
    fi
    [ "${status[2]}" != 0 ] || say " $((SECONDS - start)) s"
}
