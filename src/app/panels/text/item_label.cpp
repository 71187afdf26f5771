#include "app/panels/text/item_label.h"

namespace gf::ui {

std::string escape_label(std::string text) {
    for (std::size_t at = 0; (at = text.find("##", at)) != std::string::npos; ++at)
        text.insert(at + 1, 1, ' ');
    // The "##" of the hidden part follows.
    if (text.ends_with('#')) text.push_back(' ');
    return text;
}

} // namespace gf::ui
