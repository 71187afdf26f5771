#include "app/view/visual_order.h"

#include "text/utf8.h"

#include <fribidi.h>

#include <algorithm>
#include <vector>

namespace gf::ui {
std::string visual_order(std::string_view utf8) {
    if (!is_valid_utf8(utf8)) return std::string(utf8);
    std::vector<FriBidiChar> logical(utf8.size() + 1), visual(utf8.size() + 1);
    const FriBidiStrIndex n = fribidi_charset_to_unicode(
        FRIBIDI_CHAR_SET_UTF8, utf8.data(), static_cast<FriBidiStrIndex>(utf8.size()), logical.data());
    if (std::none_of(logical.begin(), logical.begin() + n,
                     [](FriBidiChar c) { return FRIBIDI_IS_RTL(fribidi_get_bidi_type(c)); }))
        return std::string(utf8);
    FriBidiParType direction = FRIBIDI_PAR_LTR; // words of a text stand from left to right, as its tokens do
    if (fribidi_log2vis(logical.data(), n, &direction, visual.data(), nullptr, nullptr, nullptr) == 0)
        return std::string(utf8);
    // Where letters became one, the places of the others are filled; marks of direction have no shape.
    const FriBidiStrIndex n_seen = fribidi_remove_bidi_marks(visual.data(), n, nullptr, nullptr, nullptr);
    std::string seen(4 * static_cast<std::size_t>(n_seen) + 1, '\0');
    seen.resize(static_cast<std::size_t>(
        fribidi_unicode_to_charset(FRIBIDI_CHAR_SET_UTF8, visual.data(), n_seen, seen.data())));
    return seen;
}

} // namespace gf::ui
