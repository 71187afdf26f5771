#include "core/gradient_target.h"

#include "platform/error.h"

#include <charconv>
#include <vector>

namespace gf {
namespace {

constexpr GradientOf k_all_gradient_kinds[] = {GradientOf::loss, GradientOf::logit, GradientOf::difference};

/// How many numbers follow the name in the short form.
std::size_t n_numbers(GradientOf of) {
    switch (of) {
    case GradientOf::loss: return 0;
    case GradientOf::logit: return 2;
    case GradientOf::difference: return 3;
    }
    return 0;
}

/// The number that is all of the text, if it is 0 or more; else -1.
int natural_number(std::string_view text) {
    int number = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : -1;
}

} // namespace

std::string_view name(GradientOf of) {
    switch (of) {
    case GradientOf::loss: return "loss";
    case GradientOf::logit: return "logit";
    case GradientOf::difference: return "difference";
    }
    return "";
}

std::string in_words(const GradientTarget& t, const std::function<std::string(int)>& label) {
    if (t.of == GradientOf::loss) return "the loss";
    const std::string row = " in row " + std::to_string(t.row);
    if (t.of == GradientOf::logit) return "the logit of " + label(t.token) + row;
    return "the logit of " + label(t.token) + " minus that of " + label(t.other) + row;
}

GradientTarget gradient_target_from_text(std::string_view text, const std::string& where) {
    std::vector<std::string_view> parts;
    for (std::string_view rest = text;;) {
        const std::size_t colon = rest.find(':');
        parts.push_back(rest.substr(0, colon));
        if (colon == std::string_view::npos) break;
        rest.remove_prefix(colon + 1);
    }
    for (const GradientOf of : k_all_gradient_kinds) {
        if (parts[0] != name(of) || parts.size() != 1 + n_numbers(of)) continue;
        int numbers[3] = {0, 0, 0};
        bool are_valid = true;
        for (std::size_t i = 1; i < parts.size(); ++i) {
            numbers[i - 1] = natural_number(parts[i]);
            are_valid = are_valid && numbers[i - 1] >= 0;
        }
        if (are_valid) return {of, numbers[0], numbers[1], numbers[2]};
    }
    throw Error({where, "loss, logit:ROW:TOKEN or difference:ROW:TOKEN:OTHER, with a row and token ids",
                 "'" + std::string(text) + "'", ""});
}

} // namespace gf
