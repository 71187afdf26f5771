#!/bin/sh
# Fetches Dear ImGui (docking), ImPlot, the GLFW backend and imgui_stdlib from Debian *source* packages of
# trixie, without touching the system's apt sources, into DEST (default: src beside this script).
# fetch-imgui.sh --check [DEST]: succeeds if they are there already.
# Pinned by orig-tarball name + sha256 (so a new Debian revision of the same upstream is fine).
# Needs: apt, tar, xz, sha256sum, debian-archive-keyring.
set -eu
[ "${1:-}" = --check ] && shift && CHECK=1
DEST=${1:-$(dirname "$0")/src}
SUITE=${IMGUI_SUITE:-trixie}
MONADO_TAR=monado_25.0.0+dfsg.orig.tar.xz
MONADO_SHA=ddfa1899078173bea3db98034dc8b990df727a169f490896570ff6e3bda72113
IMGUI_TAR=imgui_1.90.1+ds.orig.tar.xz
IMGUI_SHA=ecce377df0f90b292f15dcbd83d438bddc162b2388c881132bde18c787572a1c
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
# What DEST holds: the two tarballs, and which files of the second.
STAMP="$MONADO_SHA $IMGUI_SHA backends stdlib"

if [ -n "${CHECK:-}" ]; then
    [ "$(cat "$DEST/.stamp" 2>/dev/null)" = "$STAMP" ]
    exit
fi

die() { echo "fetch-imgui.sh: $*" >&2; exit 1; }
[ -r "$KEYRING" ] || die "no $KEYRING (apt-get install debian-archive-keyring)"

# --- the mirror this machine already uses: first Debian URI that is not -security ---
A=${APT_ETC:-/etc/apt}
mirror() {
    for f in "$A/sources.list.d/debian.sources" "$A/sources.list" "$A"/sources.list.d/*; do
        [ -r "$f" ] || continue
        case $f in
        *.sources) awk 'tolower($1) == "uris:" { for (i = 2; i <= NF; i++) print $i }' "$f" ;;
        *.list) sed -n 's/\[[^]]*\]//; s/^deb\(-src\)\{0,1\}[[:space:]]\{1,\}\([^[:space:]]*\).*/\2/p' "$f" ;;
        esac
    done
}
URI=${DEBIAN_MIRROR:-$(mirror | grep -vE 'security|/linux/' | grep -E '/debian/?$|/debian\.list$' | head -n 1)}
[ -n "$URI" ] || die "no Debian mirror found in $A; set DEBIAN_MIRROR"
[ -z "${FETCH_PRINT_URI:-}" ] || { echo "$URI"; exit 0; }

# --- a private apt: own lists, cache and sources; the system's keyring and proxy settings ---
W=$(mktemp -d "${TMPDIR:-/tmp}/fetch-imgui.XXXXXX")
trap 'rm -rf "$W"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$W"
mkdir -p "$W/lists/partial" "$W/cache/archives/partial" "$W/etc" "$W/dl"
# apt drops to the user _apt while downloading; let it write here when we are root
if [ "$(id -u)" = 0 ] && id _apt >/dev/null 2>&1; then
    chown _apt "$W/lists/partial" "$W/cache/archives/partial" "$W/dl"
fi
cat > "$W/etc/x.sources" <<EOS
Types: deb-src
URIs: $URI
Suites: $SUITE
Components: main
Signed-By: $KEYRING
EOS
apt_() {
    apt-get -q \
        -o Dir::State::Lists="$W/lists" -o Dir::State::status=/dev/null \
        -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$W/etc" \
        -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
        -o Dir::Cache="$W/cache" -o Acquire::Languages=none \
        -o Acquire::AllowInsecureRepositories=false -o APT::Get::AllowUnauthenticated=false \
        "$@"
}
apt_ update -o APT::Update::Error-Mode=any
# The .dsc files are not needed: the tarballs' hashes come from the signed Sources index.
( cd "$W/dl" && apt_ source --download-only --tar-only monado imgui )

# --- check the pins, then unpack only what is used ---
check() { # TARBALL SHA256
    [ -f "$W/dl/$1" ] || die "$SUITE no longer has $1 (got: $(ls "$W/dl"))"
    echo "$2  $W/dl/$1" | sha256sum -c --quiet - || die "$1: sha256 differs from the pin"
}
check "$MONADO_TAR" "$MONADO_SHA"
check "$IMGUI_TAR" "$IMGUI_SHA"
mkdir -p "$W/m" "$W/i"
tar -xJf "$W/dl/$MONADO_TAR" -C "$W/m" --wildcards \
    '*/src/external/imgui/imgui/*' '*/src/external/imgui/implot/*'
tar -xJf "$W/dl/$IMGUI_TAR" -C "$W/i" --wildcards '*/backends/imgui_impl_glfw.*' '*/misc/cpp/imgui_stdlib.*'

mkdir -p "$DEST"
rm -rf "$DEST/imgui" "$DEST/implot"
cp -R "$W"/m/*/src/external/imgui/imgui "$DEST/imgui"
cp -R "$W"/m/*/src/external/imgui/implot "$DEST/implot"
cp "$W"/i/*/backends/imgui_impl_glfw.* "$DEST/imgui/backends/"
rm -f "$DEST"/imgui/backends/imgui_impl_sdl2.*
mkdir -p "$DEST/imgui/misc/cpp"
cp "$W"/i/*/misc/cpp/imgui_stdlib.* "$DEST/imgui/misc/cpp/"
echo "$STAMP" > "$DEST/.stamp"
echo "fetch-imgui.sh: ok, $(du -sh "$DEST" | cut -f1) in $DEST"
