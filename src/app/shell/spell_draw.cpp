#include "app/shell/spell_draw.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace gf::ui {
namespace {

using Kind = FormulaSpan::Kind;
constexpr int k_least_decimals = 2, k_most_decimals = 9;

/// A number as a reader sees it, and the value that these digits stand for.
struct PrintedNumber {
    std::string text;
    double value = 0;
};

PrintedNumber print_number(double value, int decimals) {
    PrintedNumber p{fmt::format("{:.{}f}", value, decimals), 0};
    std::from_chars(p.text.data(), p.text.data() + p.text.size(), p.value);
    return p;
}

/// The value of a stage: two decimals, or as many as it has.
PrintedNumber print_setting(double value) {
    int decimals = 2;
    while (decimals < 6 && std::abs(print_number(value, decimals).value - value) > 1e-9) ++decimals;
    return print_number(value, decimals);
}

/// With the minus sign of print instead of the hyphen.
std::string with_minus(const PrintedNumber& p) { return p.value < 0 ? "−" + p.text.substr(1) : p.text; }

/// What the stages do to the drawn token's logit, in their order: the exponent with names and with numbers.
struct Exponent {
    std::string names = "logit", numbers;
    double value = 0;                  ///< as printed
    bool others_are_penalised = false; ///< a penalty is on: the exponents of the sum differ
};

Exponent write_exponent(const SampleStep& step, int decimals) {
    const auto token = static_cast<std::size_t>(step.token);
    const PrintedNumber logit = print_number(static_cast<double>(step.logits[token]), decimals);
    Exponent e{.numbers = with_minus(logit), .value = logit.value};
    for (const StageRecord& record : step.stages) {
        if (&record == &step.stages.front()) continue; // what is there before any stage
        const PrintedNumber setting = print_setting(record.stage.value);
        if (record.stage.kind == StageKind::temperature) {
            e.names += " / T";
            e.numbers += " / " + setting.text;
            e.value /= setting.value;
        } else if (record.stage.kind == StageKind::repetition_penalty) {
            e.others_are_penalised |= record.stage.value != 1;
            if (step.penalised[token] == step.logits[token]) continue;
            const bool divides = e.value > 0;
            e.names += divides ? " / penalty" : " · penalty";
            e.numbers += (divides ? " / " : " · ") + setting.text;
            e.value = divides ? e.value / setting.value : e.value * setting.value;
        }
    }
    return e;
}

/// "e^logit", "e^(logit / T)".
std::string power(const std::string& exponent) {
    return exponent.find(' ') == std::string::npos ? "e^" + exponent : "e^(" + exponent + ")";
}

/// " of the 12 left by top-k, top-p"; empty where no token was cut.
std::string survivors(const SampleStep& step) {
    const StageRecord& last = step.stages.back();
    if (last.n_alive == static_cast<int>(step.logits.size())) return "";
    std::string stages;
    for (const StageRecord& record : step.stages)
        if (record.n_cut > 0 && &record != &step.stages.front())
            stages += (stages.empty() ? "" : ", ") + std::string(name(record.stage.kind));
    return fmt::format(" of the {} left{}", last.n_alive, stages.empty() ? "" : " by " + stages);
}

/// "the draw u = 0.2247 lies between 0.194 and 0.301", with so many digits that it does.
std::string place_on_line(const SampleStep& step, double p) {
    for (int n = 3;; ++n) {
        const PrintedNumber from = print_number(step.cumulative, n),
                            to = print_number(std::min(step.cumulative + p, 1.0), n),
                            u = print_number(step.u, n + 1);
        if (n == k_most_decimals || (from.value <= u.value && u.value < to.value))
            return fmt::format("the draw u = {} lies between {} and {}", u.text, from.text, to.text);
    }
}

/// The probability with three digits.
PrintedNumber print_probability(double p) {
    const int before = p > 0 ? static_cast<int>(std::floor(std::log10(p))) + 1 : 1;
    return print_number(p, std::clamp(3 - before, 0, k_most_decimals));
}

} // namespace

Spelling spell_draw(const SampleStep& step, const DrawPlace& place) {
    const double p = final_probability(step, step.token), sum = step.stages.back().log_sum_exp;
    const PrintedNumber result = print_probability(p);
    int decimals = k_least_decimals;
    Exponent exponent = write_exponent(step, decimals);
    const auto printed = [&] {
        return print_probability(std::exp(exponent.value - print_number(sum, decimals).value)).value;
    };
    while (printed() != result.value && decimals < k_most_decimals)
        exponent = write_exponent(step, ++decimals);
    const std::string drawn = place.label(step.token);
    const CellRef logit{place.run, Site::logits, -1, -1, place.row, step.token};
    Spelling s;
    s.value = s.computed = p;
    const auto add = [&](std::string text, Kind kind, std::optional<CellRef> cell = {}) {
        s.spans.push_back({std::move(text), kind, cell});
    };
    add("p", Kind::name);
    add(fmt::format("[row {} “{}”, {}]", place.row, place.label(place.token_of_row), drawn), Kind::index);
    add("  =  ", Kind::sign);
    add(power(exponent.names), Kind::symbol, logit);
    add(fmt::format(" / Σ {}{}", exponent.others_are_penalised ? "e^(…)" : power(exponent.names),
                    survivors(step)),
        Kind::sign);
    add("  =  ", Kind::sign);
    add(power(exponent.numbers), Kind::number, logit);
    add(fmt::format(" / e^{}", with_minus(print_number(sum, decimals))), Kind::number);
    add("  =  ", Kind::sign);
    add(result.text, Kind::result);
    add(fmt::format("   {}, {}’s part of the line", place_on_line(step, p), drawn), Kind::note);
    return s;
}

} // namespace gf::ui
