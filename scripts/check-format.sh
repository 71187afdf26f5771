#!/usr/bin/env bash
# Is every C++ file laid out as .clang-format says? Decided by version 14 (Debian 12); other versions differ in details.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
tool=
for name in clang-format-14 clang-format; do
    if command -v "$name" >/dev/null && "$name" --version | grep -q 'version 14\.'; then tool=$name; break; fi
done
[ -n "$tool" ] || { echo "clang-format 14 is not installed"; exit 77; }
files=$(mktemp)
find src tests -name '*.h' -o -name '*.cpp' >"$files"
xargs "$tool" --dry-run -Werror --ferror-limit=1 <"$files"
status=$?
rm -f "$files"
[ $status = 0 ] || echo "To repair: find src tests -name '*.h' -o -name '*.cpp' | xargs $tool -i"
exit $status
