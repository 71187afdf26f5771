#include "app/panels/sampling/derivation.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

constexpr int k_most_digits = 9;

/// A number as a reader sees it, and the value that these digits stand for.
struct Printed {
    std::string text;
    double value = 0;
};

Printed printed(std::string text) {
    Printed p{std::move(text), 0};
    std::from_chars(p.text.data(), p.text.data() + p.text.size(), p.value);
    return p;
}
Printed decimals(double v, int n) {
    std::string text = fmt::format("{:.{}f}", v, n);
    if (v < 0 && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1); // no "-0.000"
    return printed(std::move(text));
}
/// With so many digits that count; very small ones with a power of ten.
Printed digits(double v, int n) {
    if (v != 0 && std::abs(v) < 1e-4) return printed(fmt::format("{:.{}e}", v, n - 1));
    const int before = v == 0 ? 1 : static_cast<int>(std::floor(std::log10(std::abs(v)))) + 1;
    return decimals(v, std::max(n - before, 0));
}
Printed setting(double v) { return printed(fmt::format("{:.4g}", v)); }

/// Minus signs as in print.
std::string_view sign(double v) { return v < 0 ? "−" : ""; }
std::string signed_text(const Printed& p) {
    return std::string(sign(p.value)) + (p.value < 0 ? p.text.substr(1) : p.text);
}

class Deriver {
  public:
    Deriver(const SampleStep& step, int token, int n_decimals) : step_(step), decimals_(n_decimals) {
        out_.token = token;
    }
    Derivation run();

  private:
    bool carry(int token, Printed& x, bool write);
    void judge(std::size_t stage);
    void finish(const Printed& x);
    int rank(std::size_t before, double& likelier) const;
    std::size_t index(int token) const { return static_cast<std::size_t>(token); }
    void line(std::string name, std::string text, bool cuts = false) {
        out_.lines.push_back({std::move(name), std::move(text), cuts});
    }

    const SampleStep& step_;
    int decimals_;
    Derivation out_;
};

/// The token's logit through penalties and temperatures, each time rounded as printed. False: it was cut on
/// the way.
bool Deriver::carry(int token, Printed& x, bool write) {
    const int cut = step_.cut_by[index(token)];
    x = decimals(static_cast<double>(step_.logits[index(token)]), decimals_);
    if (write) line("logit", signed_text(x));
    for (std::size_t i = 1; i < step_.stages.size(); ++i) {
        const SampleStage& stage = step_.stages[i].stage;
        const Printed from = x, value = setting(stage.value);
        if (stage.kind == StageKind::temperature) {
            x = decimals(from.value / value.value, decimals_);
            if (write)
                line("temperature",
                     fmt::format("{} / {} = {}", signed_text(from), value.text, signed_text(x)));
        } else if (stage.kind == StageKind::repetition_penalty) {
            const bool changed = step_.penalised[index(token)] != step_.logits[index(token)];
            if (changed)
                x = decimals(from.value > 0 ? from.value / value.value : from.value * value.value, decimals_);
            if (write && changed)
                line("repetition", fmt::format("{} {} {} = {}", signed_text(from), from.value > 0 ? "/" : "×",
                                               value.text, signed_text(x)));
            else if (write)
                line("repetition", "not in the text: unchanged");
        } else if (write) {
            judge(i);
        }
        if (cut == static_cast<int>(i) + 1) return false;
    }
    return true;
}

/// Rank (1: the likeliest) among the tokens alive after stage `before`, and the probability of the likelier
/// ones.
int Deriver::rank(std::size_t before, double& likelier) const {
    const StageRecord& record = step_.stages[before];
    const std::vector<real>& values = record.penalised ? step_.penalised : step_.logits;
    const auto ahead = [&](int a, int b) {
        return values[index(a)] > values[index(b)] || (values[index(a)] == values[index(b)] && a < b);
    };
    std::vector<int> first;
    for (int id = 0; id < static_cast<int>(values.size()); ++id) {
        const int cut = step_.cut_by[index(id)];
        if ((cut == 0 || cut > static_cast<int>(before) + 1) && ahead(id, out_.token)) first.push_back(id);
    }
    std::sort(first.begin(), first.end(), ahead); // summed in the sampler's order: the same sum
    likelier = 0;
    for (const int id : first) likelier += probability(step_, static_cast<int>(before), id);
    return static_cast<int>(first.size()) + 1;
}

/// What a stage that cuts compares, and how that ends.
void Deriver::judge(std::size_t i) {
    const SampleStage& stage = step_.stages[i].stage;
    const bool cut = step_.cut_by[index(out_.token)] == static_cast<int>(i) + 1;
    const char* end = cut ? "cut" : "kept";
    const Printed value = setting(stage.value);
    double likelier = 0;
    const int place = rank(i - 1, likelier);
    // As many digits as it takes to see which one is larger.
    const auto apart = [](double a, double b) {
        int n = 2;
        while (n < k_most_digits && (decimals(a, n).value < decimals(b, n).value) != (a < b)) ++n;
        return n;
    };
    if (stage.kind == StageKind::top_k) {
        line("top-k", fmt::format("rank {} {} {}: {}", place, cut ? ">" : "≤", value.text, end), cut);
    } else if (stage.kind == StageKind::greedy) {
        line("greedy", fmt::format("rank {} {} 1: {}", place, cut ? ">" : "=", end), cut);
    } else if (stage.kind == StageKind::top_p) {
        if (stage.value >= 1)
            line("top-p", "1: keeps all");
        else if (place == 1)
            line("top-p", "the likeliest: kept");
        else
            line("top-p",
                 fmt::format("{:.{}f} before it {} {}: {}", likelier, apart(likelier, stage.value),
                             cut ? "≥" : "<", value.text, end),
                 cut);
    } else { // min-p: against the likeliest of those that came here
        const int before = static_cast<int>(i) - 1;
        const double p = probability(step_, before, out_.token);
        double most = 0;
        for (int id = 0; id < static_cast<int>(step_.logits.size()); ++id)
            most = std::max(most, probability(step_, before, id));
        for (int n = 3;; ++n) {
            const Printed mine = digits(p, n), top = digits(most, n),
                          bar = digits(value.value * top.value, n);
            if (n < k_most_digits && (mine.value < bar.value) != cut) continue;
            line("min-p",
                 fmt::format("{} {} {} × {} = {}: {}", mine.text, cut ? "<" : "≥", value.text, top.text,
                             bar.text, end),
                 cut);
            return;
        }
    }
}

/// Softmax over the tokens that are left.
void Deriver::finish(const Printed& x) {
    const int last = static_cast<int>(step_.stages.size()) - 1;
    int top = out_.token;
    double most = -INFINITY;
    for (int id = 0; id < static_cast<int>(step_.logits.size()); ++id)
        if (step_.cut_by[index(id)] == 0 && stage_logit(step_, last, id) > most)
            most = stage_logit(step_, last, id), top = id;
    Printed greatest;
    carry(top, greatest, false);
    const Printed less = decimals(x.value - greatest.value, decimals_);
    line("− largest", fmt::format("{} − {} = {}", signed_text(x), signed_text(greatest), signed_text(less)));
    const Printed e = digits(std::exp(less.value), decimals_ + 1);
    line("exp", fmt::format("e^{} = {}", signed_text(less), e.text));
    const StageRecord& record = step_.stages.back();
    const Printed sum = digits(std::exp(record.log_sum_exp - most), decimals_ + 2);
    const Printed p = digits(e.value / sum.value, 3);
    line(fmt::format("÷ sum of {}", record.n_alive), fmt::format("{} / {} = {}", e.text, sum.text, p.text));
    out_.p = p.value;
}

Derivation Deriver::run() {
    const int cut = step_.cut_by[index(out_.token)];
    out_.cut_stage = cut - 1;
    if (cut == 1) {
        line("logit", "minus infinity or not a number: never drawn", true);
        return std::move(out_);
    }
    Printed x;
    if (carry(out_.token, x, true)) finish(x);
    return std::move(out_);
}

} // namespace

Derivation derive(const SampleStep& step, int token) {
    const Printed truth = digits(final_probability(step, token), 3);
    for (int n = 3;; ++n) {
        Derivation d = Deriver(step, token, n).run();
        if (d.cut_stage >= 0 || d.p == truth.value || n == k_most_digits) return d;
    }
}

std::string_view short_name(StageKind kind) {
    return kind == StageKind::repetition_penalty ? "repetition" : stage_row(kind).name;
}

} // namespace gf::ui
