#!/usr/bin/env bash
# Runs the program in a real window, with real clicks and keys:
#     window_smoke.sh GLASSFORMER ITEM_POSITIONS MODEL_FOLDER
# Its state is read from the window's title, "Glassformer — story — token 3". The counts of tokens below are
# those of the model story. Exit code 77 means that the test was skipped, since a tool is missing.
set -uo pipefail

program=$1 item_positions=$2 model=$3
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
name=$(basename "$model")

skip() { echo "skipped: $*"; exit 77; }
fail() {
    echo "FAILED: $*"
    [ -s "$tmp/program.err" ] && sed 's/^/the program: /' "$tmp/program.err"
    exit 1
}

for tool in Xvfb xdotool python3; do command -v "$tool" >/dev/null || skip "$tool is not installed"; done
[ -r "$model/config.json" ] || fail "no model in $model"

tmp=$(mktemp -d "${TMPDIR:-/tmp}/glassformer-smoke.XXXXXX") || exit 1
program_pid='' server_pid=''
clean_up() {
    [ -n "$program_pid" ] && kill "$program_pid" 2>/dev/null
    [ -n "$server_pid" ] && kill "$server_pid" 2>/dev/null
    wait
    rm -rf "$tmp"
}
trap clean_up EXIT

# until_is WHAT WANTED COMMAND...: repeats the command, at most for a minute, until its output matches WANTED.
until_is() {
    local what=$1 wanted=$2 found='' i
    for ((i = 0; i < 600; ++i)); do
        found=$("${@:3}" 2>/dev/null)
        # shellcheck disable=SC2053 # a pattern
        [[ $found == $wanted ]] && return 0
        [ -n "$program_pid" ] && ! kill -0 "$program_pid" 2>/dev/null && fail "$what: the program has ended"
        sleep 0.1
    done
    fail "$what: expected '$wanted', found '$found'"
}

# The program opens a copy: models in the folder of those that ship are not listed among the recent ones.
cp -r "$model" "$tmp/$name"
model=$tmp/$name

# --- without a display
env -u DISPLAY -u WAYLAND_DISPLAY "$program" --model "$model" >"$tmp/out" 2>"$tmp/err" </dev/null
code=$?
[ $code = 2 ] || fail "without a display: exit code $code instead of 2"
[ "$(wc -l <"$tmp/err")" = 1 ] || fail "without a display: not one line: $(cat "$tmp/err")"
grep -q 'glassformer shot' "$tmp/err" ||
    fail "without a display: 'glassformer shot' is not named: $(cat "$tmp/err")"
[ -s "$tmp/out" ] && fail "without a display: something on stdout: $(cat "$tmp/out")"

# --- a display
# Without -noreset the server starts anew when its last client leaves, and refuses the next one meanwhile.
Xvfb -noreset -displayfd 3 -screen 0 1600x900x24 -dpi 96 -nolisten tcp 3>"$tmp/display" >"$tmp/server.log" 2>&1 &
server_pid=$!
until_is "Xvfb's display" '[0-9]*' cat "$tmp/display"
DISPLAY=:$(cat "$tmp/display")
export DISPLAY
unset WAYLAND_DISPLAY
mapfile -t places < <("$item_positions" "$model" Transport/Step Transport/Prompt Transport/First)
[ ${#places[@]} = 3 ] || fail "where are the buttons?"

# --- the window
XDG_CONFIG_HOME=$tmp/config LIBGL_ALWAYS_SOFTWARE=1 "$program" --model "$model" \
    >"$tmp/program.out" 2>"$tmp/program.err" </dev/null &
program_pid=$!
until_is "a window" '[0-9]*' xdotool search --onlyvisible --name '^Glassformer'
window=$(xdotool search --onlyvisible --name '^Glassformer' | head -n 1)
size=$(xdotool getwindowgeometry --shell "$window" | grep -E '^(WIDTH|HEIGHT)=' | tr '\n' ' ')
[ "$size" = 'WIDTH=1600 HEIGHT=900 ' ] || fail "the window has $size"
title_is() { until_is "$1" "Glassformer — $name — token $2" xdotool getwindowname "$window"; }
click() { # at "x y" in the window
    # shellcheck disable=SC2086 # two words
    xdotool mousemove --window "$window" $1 mousedown 1 mouseup 1
}
title_is "the model is open" 1

click "${places[0]}"
title_is "a click on Step" 2
click "${places[0]}"
title_is "another one" 3

click "${places[1]}"
xdotool windowfocus --sync "$window" type "Once upon a time"
xdotool key Return
title_is "a prompt was typed" 5 # <|endoftext|> and four tokens
xdotool key Right
title_is "the right arrow steps" 6
xdotool key Home
title_is "Home goes to the first token" 1
xdotool key End
title_is "End goes to the last token" 6

xdotool key space
title_is "space plays" '@([89]|[1-9][0-9]*)' # beyond token 7, at four tokens a second
xdotool key space
click "${places[2]}"
title_is "First, while nothing plays" 1

# --- idle redraws nothing: it takes next to no processor time
# User and system time of the program in units of 10 ms.
ticks() { awk '{ print $14 + $15 }' "/proc/$program_pid/stat"; }
used_in_half_a_second() {
    local before
    before=$(ticks)
    sleep 0.5
    echo $(($(ticks) - before))
}
until_is "idle: hundredths of a second of processor time in half a second" '[01]' used_in_half_a_second
title_is "and nothing plays" 1

# --- the end
python3 "$here/close_window.py" "$window" || fail "close_window.py"
wait "$program_pid"
code=$?
program_pid=''
[ $code = 0 ] || fail "exit code $code after the window was closed"
[ -s "$tmp/program.err" ] && fail "something on stderr"
grep -qF "/$name\"" "$tmp/config/glassformer/settings.json" || fail "the model is not among the recent ones"
[ -s "$tmp/config/glassformer/layout.ini" ] || fail "the layout was not saved"

# --- it comes back where it was, and keeps what was set however it ends
start() {
    XDG_CONFIG_HOME=$tmp/config LIBGL_ALWAYS_SOFTWARE=1 "$program" --model "$model" \
        >"$tmp/program.out" 2>"$tmp/program.err" </dev/null &
    program_pid=$!
    until_is "a window" '[0-9]*' xdotool search --onlyvisible --name '^Glassformer'
    window=$(xdotool search --onlyvisible --name '^Glassformer' | head -n 1)
    title_is "the model is open" 1
}
geometry() { xdotool getwindowgeometry --shell "$window" | grep -E '^(X|Y|WIDTH|HEIGHT)=' | tr '\n' ' '; }
settings() { tr -d ' \n' <"$tmp/config/glassformer/settings.json"; }
place='X=70 Y=60 WIDTH=1200 HEIGHT=700 '

# close_by SIGNAL: the program closes properly, and says nothing.
close_by() {
    local code
    kill "-$1" "$program_pid"
    wait "$program_pid"
    code=$?
    program_pid=''
    [ $code = 0 ] || fail "exit code $code after SIG$1"
    [ -s "$tmp/program.err" ] && fail "something on stderr after SIG$1"
}

start
xdotool windowmove "$window" 70 60 windowsize "$window" 1200 700
until_is "the place is saved while the program runs" \
    '*"window_x":70,"window_y":60,"window_width":1200,"window_height":700,*' settings
kill -KILL "$program_pid"
wait "$program_pid" 2>/dev/null
start
until_is "the same place after it was killed" "$place" geometry
xdotool windowfocus --sync "$window" mousemove --window "$window" 600 22 keydown ctrl click 4 keyup ctrl
until_is "the size of everything is saved while the program runs" '*"scale":1.1,*' settings
xdotool windowmove "$window" 900 500 # it hangs off the screen
until_is "that place is saved, too" '*"window_x":900,"window_y":500,*' settings
close_by TERM
start
until_is "inside of the screen" 'X=400 Y=200 WIDTH=1200 HEIGHT=700 ' geometry
close_by INT
echo passed
