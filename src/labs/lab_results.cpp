#include "labs/lab_results.h"

#include <fmt/format.h>

namespace gf {

std::string_view name(Comparison comparison) {
    switch (comparison) {
    case Comparison::below: return "<";
    case Comparison::at_most: return "<=";
    case Comparison::above: return ">";
    case Comparison::at_least: return ">=";
    case Comparison::equal: return "=";
    case Comparison::between: return "between";
    }
    return "";
}

bool Claim::holds_for(double figure) const {
    switch (comparison) {
    case Comparison::below: return figure < threshold;
    case Comparison::at_most: return figure <= threshold;
    case Comparison::above: return figure > threshold;
    case Comparison::at_least: return figure >= threshold;
    case Comparison::equal: return figure == threshold;
    case Comparison::between: return figure >= threshold && figure <= upper;
    }
    return false;
}

std::string Claim::requirement() const {
    const std::string ends = comparison == Comparison::between
                                 ? fmt::format(" {:g} and {:g}", threshold, upper)
                                 : fmt::format(" {:g}", threshold);
    return fmt::format("{}{}{}{}", name(comparison), ends, unit.empty() ? "" : " ", unit);
}

} // namespace gf
