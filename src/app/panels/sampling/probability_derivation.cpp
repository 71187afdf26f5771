#include "app/panels/sampling/probability_derivation.h"

#include "app/panels/sampling/stage_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gf::ui {
namespace {

constexpr int k_max_digits = 9;

/// A number as a reader sees it, and the value that these digits stand for.
struct Printed {
    std::string text;
    double value = 0;
};

Printed parse_printed(std::string text) {
    Printed p{std::move(text), 0};
    std::from_chars(p.text.data(), p.text.data() + p.text.size(), p.value);
    return p;
}

/// Prints with n digits behind the point.
Printed print_decimals(double v, int n) {
    std::string text = fmt::format("{:.{}f}", v, n);
    if (v < 0 && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1); // no "-0.000"
    return parse_printed(std::move(text));
}

/// Prints with n significant digits; very small numbers with a power of ten.
Printed print_digits(double v, int n) {
    if (v != 0 && std::abs(v) < 1e-4) return parse_printed(fmt::format("{:.{}e}", v, n - 1));
    const int before = v == 0 ? 1 : static_cast<int>(std::floor(std::log10(std::abs(v)))) + 1;
    return print_decimals(v, std::max(n - before, 0));
}

/// Prints the value of a stage.
Printed print_setting(double v) { return parse_printed(fmt::format("{:.4g}", v)); }

/// The number with the minus sign of print instead of the hyphen.
std::string signed_text(const Printed& p) { return p.value < 0 ? "−" + p.text.substr(1) : p.text; }

std::size_t as_index(int token) { return static_cast<std::size_t>(token); }

/// One derivation, with logits printed to a given number of decimals.
class Deriver {
  public:
    Deriver(const SampleStep& step, int token, int n_decimals) : step_(step), n_decimals_(n_decimals) {
        derivation_.token = token;
    }
    Derivation run();

  private:
    bool derive_logit(int token, Printed& logit, bool write_lines);
    void write_cut_line(std::size_t stage);
    std::string top_p_text(const SampleStage& stage, int rank, double p_likelier, bool cut) const;
    std::string min_p_text(const SampleStage& stage, std::size_t before, bool cut) const;
    void derive_softmax(const Printed& logit);
    int rank_among_alive(std::size_t stage, double& p_likelier) const;
    int likeliest_survivor(double& max_logit) const;
    void write_line(std::string name, std::string text, bool cuts = false) {
        derivation_.lines.push_back({std::move(name), std::move(text), cuts});
    }

    const SampleStep& step_;
    int n_decimals_;
    Derivation derivation_;
};

/// Computes a token's logit after all penalties and temperatures, each time rounded as it is printed. Returns
/// false if a stage cut the token on the way. Lines are for the token of the derivation only.
bool Deriver::derive_logit(int token, Printed& logit, bool write_lines) {
    const int cut_by = step_.cut_by[as_index(token)];
    logit = print_decimals(static_cast<double>(step_.logits[as_index(token)]), n_decimals_);
    if (write_lines) write_line("logit", signed_text(logit));
    for (std::size_t i = 1; i < step_.stages.size(); ++i) {
        const SampleStage& stage = step_.stages[i].stage;
        const Printed from = logit, value = print_setting(stage.value);
        if (stage.kind == StageKind::temperature) {
            logit = print_decimals(from.value / value.value, n_decimals_);
            if (write_lines)
                write_line("temperature",
                           fmt::format("{} / {} = {}", signed_text(from), value.text, signed_text(logit)));
        } else if (stage.kind == StageKind::repetition_penalty) {
            const bool changed = step_.penalised[as_index(token)] != step_.logits[as_index(token)];
            const bool divides = from.value > 0;
            if (changed)
                logit = print_decimals(divides ? from.value / value.value : from.value * value.value,
                                       n_decimals_);
            if (write_lines)
                write_line("repetition",
                           changed ? fmt::format("{} {} {} = {}", signed_text(from), divides ? "/" : "×",
                                                 value.text, signed_text(logit))
                                   : "not in the text: unchanged");
        } else if (write_lines) {
            write_cut_line(i);
        }
        if (cut_by == static_cast<int>(i) + 1) return false;
    }
    return true;
}

/// The token's rank (1: the likeliest) among those alive after a stage, and the probability of all likelier
/// ones.
int Deriver::rank_among_alive(std::size_t stage, double& p_likelier) const {
    const StageRecord& record = step_.stages[stage];
    const std::vector<real>& values = record.penalised ? step_.penalised : step_.logits;
    const auto is_likelier = [&](int a, int b) {
        return values[as_index(a)] > values[as_index(b)] ||
               (values[as_index(a)] == values[as_index(b)] && a < b);
    };
    std::vector<int> likelier;
    for (int id = 0; id < static_cast<int>(values.size()); ++id) {
        const int cut_by = step_.cut_by[as_index(id)];
        const bool is_alive = cut_by == 0 || cut_by > static_cast<int>(stage) + 1;
        if (is_alive && is_likelier(id, derivation_.token)) likelier.push_back(id);
    }
    // Sums in the sampler's order, so that rounding gives the same sum.
    std::sort(likelier.begin(), likelier.end(), is_likelier);
    p_likelier = 0;
    for (const int id : likelier) p_likelier += probability(step_, static_cast<int>(stage), id);
    return static_cast<int>(likelier.size()) + 1;
}

/// The decimals that it takes to see which of two numbers is larger.
int decimals_that_tell_apart(double a, double b) {
    int n = 2;
    while (n < k_max_digits && (print_decimals(a, n).value < print_decimals(b, n).value) != (a < b)) ++n;
    return n;
}

const char* verdict(bool cut) { return cut ? "cut" : "kept"; }

/// Writes what a stage that cuts tokens compares, and the outcome.
void Deriver::write_cut_line(std::size_t i) {
    const SampleStage& stage = step_.stages[i].stage;
    const bool cut = step_.cut_by[as_index(derivation_.token)] == static_cast<int>(i) + 1;
    double p_likelier = 0;
    const int rank = rank_among_alive(i - 1, p_likelier);
    if (stage.kind == StageKind::top_k)
        write_line("top-k",
                   fmt::format("rank {} {} {}: {}", rank, cut ? ">" : "≤", print_setting(stage.value).text,
                               verdict(cut)),
                   cut);
    else if (stage.kind == StageKind::greedy)
        write_line("greedy", fmt::format("rank {} {} 1: {}", rank, cut ? ">" : "=", verdict(cut)), cut);
    else if (stage.kind == StageKind::top_p)
        write_line("top-p", top_p_text(stage, rank, p_likelier, cut), cut);
    else
        write_line("min-p", min_p_text(stage, i - 1, cut), cut);
}

std::string Deriver::top_p_text(const SampleStage& stage, int rank, double p_likelier, bool cut) const {
    if (stage.value >= 1) return "1: keeps all";
    if (rank == 1) return "the likeliest: kept";
    return fmt::format("{:.{}f} before it {} {}: {}", p_likelier,
                       decimals_that_tell_apart(p_likelier, stage.value), cut ? "≥" : "<",
                       print_setting(stage.value).text, verdict(cut));
}

/// Compares with the likeliest token that is alive after the stage `before`, in as few digits as show the
/// outcome.
std::string Deriver::min_p_text(const SampleStage& stage, std::size_t before, bool cut) const {
    const double p = probability(step_, static_cast<int>(before), derivation_.token);
    double max_p = 0;
    for (int id = 0; id < static_cast<int>(step_.logits.size()); ++id)
        max_p = std::max(max_p, probability(step_, static_cast<int>(before), id));
    const Printed value = print_setting(stage.value);
    for (int n = 3;; ++n) {
        const Printed own = print_digits(p, n), top = print_digits(max_p, n),
                      threshold = print_digits(value.value * top.value, n);
        if (n < k_max_digits && (own.value < threshold.value) != cut) continue;
        return fmt::format("{} {} {} × {} = {}: {}", own.text, cut ? "<" : "≥", value.text, top.text,
                           threshold.text, verdict(cut));
    }
}

/// The token with the largest logit after the last stage, among those that no stage cut.
int Deriver::likeliest_survivor(double& max_logit) const {
    const int last = static_cast<int>(step_.stages.size()) - 1;
    int likeliest = derivation_.token;
    max_logit = -INFINITY;
    for (int id = 0; id < static_cast<int>(step_.logits.size()); ++id)
        if (step_.cut_by[as_index(id)] == 0 && stage_logit(step_, last, id) > max_logit)
            max_logit = stage_logit(step_, last, id), likeliest = id;
    return likeliest;
}

/// Writes the softmax over the tokens that are left: exp(logit - largest) / sum.
void Deriver::derive_softmax(const Printed& logit) {
    double max_logit = 0;
    Printed largest;
    derive_logit(likeliest_survivor(max_logit), largest, false);
    const Printed difference = print_decimals(logit.value - largest.value, n_decimals_);
    write_line("− largest", fmt::format("{} − {} = {}", signed_text(logit), signed_text(largest),
                                        signed_text(difference)));
    const Printed e = print_digits(std::exp(difference.value), n_decimals_ + 1);
    write_line("exp", fmt::format("e^{} = {}", signed_text(difference), e.text));
    const StageRecord& last = step_.stages.back();
    const Printed sum = print_digits(std::exp(last.log_sum_exp - max_logit), n_decimals_ + 2);
    const Printed p = print_digits(e.value / sum.value, 3);
    write_line(fmt::format("÷ sum of {}", last.n_alive),
               fmt::format("{} / {} = {}", e.text, sum.text, p.text));
    derivation_.p = p.value;
}

Derivation Deriver::run() {
    const int cut_by = step_.cut_by[as_index(derivation_.token)];
    derivation_.cut_stage = cut_by - 1;
    if (cut_by == 1) {
        write_line("logit", "minus infinity or not a number: never drawn", true);
        return std::move(derivation_);
    }
    Printed logit;
    if (derive_logit(derivation_.token, logit, true)) derive_softmax(logit);
    return std::move(derivation_);
}

} // namespace

Derivation derive_probability(const SampleStep& step, int token) {
    const Printed truth = print_digits(final_probability(step, token), 3);
    for (int n = 3;; ++n) {
        Derivation d = Deriver(step, token, n).run();
        if (d.cut_stage >= 0 || d.p == truth.value || n == k_max_digits) return d;
    }
}

} // namespace gf::ui
