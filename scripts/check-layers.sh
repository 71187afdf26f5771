#!/usr/bin/env bash
# Includes point downwards only: which folder of src/ may include which others, and which libraries (CONTRIBUTING.md).
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}/src" || exit 1
declare -A may=(
    [core]="core Eigen"
    [io]="io core Eigen nlohmann fmt"
    [text]="text io core Eigen nlohmann fmt pcre2 utf8proc"
    [train]="train text io core Eigen nlohmann fmt"
    [session]="session train text io core Eigen nlohmann fmt"
    [models]="models session train text io core Eigen nlohmann fmt"
    [cli]="cli models session train text io core Eigen nlohmann fmt CLI"
    [render]="render core Eigen GL stb shaders.h"
    [app]="app render cli models session train text io core Eigen nlohmann fmt CLI GL stb GUI"
    [main.cpp]="app cli models session train text io core"
)

bad=0 n=0
while IFS=: read -r file line text; do
    layer=${file%%/*}
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
    GLFW/* | imgui* | implot* | misc/*) what=GUI ;;
    shaders.h) what=shaders.h ;; # generated, shaders/embed.cmake
    *)
        what=${header%%/*}
        if [ -z "${may[$what]:-}" ]; then
            [ "$open" = '<' ] && continue # standard library, system
            what="'$header', which does not begin with a folder of src/"
        fi
        ;;
    esac
    if [[ " ${may[$layer]:-} " != *" $what "* ]]; then
        echo "src/$file:$line: $layer may not include $what; it may: ${may[$layer]:-nothing, it is not in this table}"
        bad=1
    fi
done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include' --include='*.h' --include='*.cpp' --include='*.inc' -- *)
[ $bad = 0 ] && echo "$n includes, all downwards"
exit $bad
