#include "app/start/display_text.h"

#include "text/utf8.h"

#include <algorithm>
#include <cstdlib>

namespace gf::ui {

namespace fs = std::filesystem;

std::string shown_name(const fs::path& name) {
    std::string text = escape_invalid_utf8(name.string());
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; }, '?');
    return text;
}

std::string shown_path(const fs::path& path) {
    std::string text = shown_name(path);
    const char* home_variable = std::getenv("HOME");
    const std::string home = home_variable ? home_variable : "";
    const bool begins_with_home = home.size() > 1 && text.starts_with(home);
    if (begins_with_home && (text.size() == home.size() || text[home.size()] == '/'))
        text.replace(0, home.size(), "~");
    return text;
}

} // namespace gf::ui
