#include "app/view/panel_options.h"

#include "platform/error.h"

#include <charconv>

namespace gf::ui {

std::string option_text(const nlohmann::ordered_json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

nlohmann::json option_json(std::string_view text, bool is_number, const std::string& where) {
    if (!is_number) return text;
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size())
        throw Error({where, "a number", "'" + std::string(text) + "'", ""});
    return number;
}

} // namespace gf::ui
