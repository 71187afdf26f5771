#!/usr/bin/env bash
# Includes point downwards only: which folder of src/ may include which others, and which libraries
# (docs/architecture.md). `layer` is a folder of src/ or a room in it; the longest name that fits a file is its
# own. What is the business of one place only (the operating system, Dear ImGui's internals) is checked, too.
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}/src" || exit 1
engine="platform core core/kernels core/passes core/formula core/sampling core/words Eigen"
io="$engine io nlohmann fmt"
measures="$engine measures nlohmann fmt"
text="$io text text/train pcre2 utf8proc"
train="$io measures text text/train train train/tinyville"
session="$train session session/commands"
models="$session models"
drawing="platform core core/words fmt render GUI app/host"
panels="$session $drawing app/widgets app/view"
declare -A may=(
    [platform]="platform"
    [core/kernels]="platform core/kernels core/real.h Eigen"
    [core]="platform core core/kernels Eigen"
    [core/passes]="platform core core/kernels core/passes Eigen"
    [core/formula]="platform core core/kernels core/formula"
    [core/sampling]="platform core core/kernels core/sampling Eigen"
    [core/words]="core core/sampling core/words"
    [io]="$io"
    [measures]="$measures"
    [text]="$text"
    [text/train]="$text"
    [train]="$train"
    [train/tinyville]="$train"
    [session]="$session"
    [session/commands]="$session"
    [models]="$models"
    [cli]="$models cli CLI"
    [render]="platform core render GL stb shaders.h"
    [app/host]="$drawing io GL imgui_internal"
    [app/widgets]="$drawing imgui_internal app/widgets session/commands"
    [app/view]="$panels"
    [app/panels]="$panels app/panels app/panels/flow app/panels/heads app/panels/text
        app/panels/sampling app/panels/inspector app/panels/outline"
    [app/start]="$panels models app/start"
    [app/shell]="$panels models app/panels app/start app/shell"
    [app]="$panels models cli CLI app/start app/shell app"
    [main.cpp]="app cli $models"
)
for room in app/panels/*/; do # a panel's room: no other one's
    room=${room%/}
    may[$room]="$panels $room"
done

# place_of PATH: the layer or room that a file belongs to
place_of() {
    local at=$1
    while [ -n "$at" ] && [ -z "${may[$at]:-}" ]; do
        [[ $at == */* ]] || return
        at=${at%/*}
    done
    printf %s "$at"
}

bad=0 n=0
complain() { echo "src/$1: $2"; bad=1; }
while IFS=: read -r file line text; do
    layer=$(place_of "$file")
    [[ $text =~ include[[:space:]]*([\"\<])([^\">]+) ]] || continue
    open=${BASH_REMATCH[1]} header=${BASH_REMATCH[2]}
    n=$((n + 1))
    case $header in
    Eigen/* | unsupported/Eigen/*) what=Eigen ;;
    nlohmann/*) what=nlohmann ;;
    fmt/*) what=fmt ;;
    CLI/*) what=CLI ;;
    pcre2*) what=pcre2 ;;
    utf8proc*) what=utf8proc ;;
    glad/* | GL/* | EGL/* | KHR/*) what=GL ;;
    stb/* | stb_*) what=stb ;;
    imgui_internal.h | implot_internal.h) what=imgui_internal ;;
    GLFW/* | imgui* | implot* | misc/cpp/imgui*) what=GUI ;;
    shaders.h) what=shaders.h ;; # generated, shaders/embed.cmake
    *)
        what=$(place_of "$header")
        if [ -z "$what" ]; then
            [ "$open" = '<' ] && continue # standard library, system
            what="'$header', which does not begin with a folder of src/"
        fi
        ;;
    esac
    allowed=" ${may[$layer]:-} "
    [[ $allowed =~ [[:space:]]$what[[:space:]] || $allowed == *" $header "* ]] ||
        complain "$file:$line" "${layer:-a folder that is not in this table} may not include $what"
done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include' --include='*.h' --include='*.cpp' --include='*.inc' -- *)

# only_in PLACES PATTERN WHAT: a pattern that stands nowhere else
only_in() {
    while IFS=: read -r file line _; do
        [[ $file =~ ^($1)/ ]] || complain "$file:$line" "$3 belongs into ${1//|/ or }"
    done < <(grep -rnE "$2" --include='*.h' --include='*.cpp' -- *)
}
only_in platform '<(sys/[a-z]+|unistd|fcntl|pthread|sched)\.h>' 'the operating system'
only_in platform '(steady|system|high_resolution)_clock|clock_gettime' 'the clock'
only_in platform 'std::j?thread\(|std::async|hardware_concurrency' 'starting threads'
only_in app/host '<(GLFW|EGL)/' "the window's back end"
[ $bad = 0 ] && echo "$n includes, all downwards"
exit $bad
