#pragma once
// Computes with printed numbers, as a reader with a pocket calculator does. Used by the tests of the
// derivation and of the sampling panel.

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace gf::ui::tests {

/// All numbers in a text, "−" and "-" as signs where they stand directly before a digit.
inline std::vector<double> numbers_in(std::string_view text) {
    constexpr std::string_view k_minus = "−";
    std::vector<double> numbers;
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] < '0' || text[i] > '9') {
            ++i;
            continue;
        }
        double number = 0;
        const auto end = std::from_chars(text.data() + i, text.data() + text.size(), number).ptr;
        const std::string_view before = text.substr(0, i);
        numbers.push_back(before.ends_with(k_minus) || before.ends_with('-') ? -number : number);
        i = static_cast<std::size_t>(end - text.data());
    }
    return numbers;
}

/// A printed result, and the result that its operands give.
struct ArithmeticCheck {
    bool found = false; ///< whether the text is a computation
    std::string expected, printed;
};

/// "a / b = c", "a × b = c", "a − b = c" or "e^a = c": the printed c, and the result rounded as c is printed.
inline ArithmeticCheck check_arithmetic(std::string_view text) {
    ArithmeticCheck check;
    const std::size_t equals = text.find(" = ");
    if (equals == std::string_view::npos || text.find(':') != std::string_view::npos) return check;
    const std::vector<double> in = numbers_in(text.substr(0, equals));
    check.printed = text.substr(equals + 3);
    double result = 0;
    if (text.starts_with("e^") && in.size() == 1)
        result = std::exp(in[0]);
    else if (in.size() == 2 && text.find(" / ") != std::string_view::npos)
        result = in[0] / in[1];
    else if (in.size() == 2 && text.find(" × ") != std::string_view::npos)
        result = in[0] * in[1];
    else if (in.size() == 2 && text.find(" − ") != std::string_view::npos)
        result = in[0] - in[1];
    else
        return {};
    check.found = true;
    const std::size_t point = check.printed.find('.'), power = check.printed.find('e');
    const std::size_t end = std::min(power, check.printed.size());
    const int digits = point == std::string::npos ? 0 : static_cast<int>(end - point) - 1;
    check.expected = power == std::string::npos ? fmt::format("{:.{}f}", result, digits)
                                                : fmt::format("{:.{}e}", result, digits);
    if (result < 0)
        check.expected = check.expected.find_first_not_of("-0.") == std::string::npos
                             ? check.expected.substr(1)
                             : "−" + check.expected.substr(1);
    return check;
}

} // namespace gf::ui::tests
