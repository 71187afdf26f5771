#include "core/watch/expression.h"

#include "core/kernels/kernels.h"
#include "core/watch/node.h"
#include "platform/error.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gf {

using watch::Node;
using watch::Op;
using watch::Word;

namespace {

constexpr double k_none = std::numeric_limits<double>::quiet_NaN();

double read_cell(const SiteValues& values, Site site, int head, int row, int column) {
    if (row < 0 || row >= values.rows() || head < 0 || head >= values.heads() || column < 0 ||
        column >= values.columns() || !values.visible(head, row, column))
        return k_none;
    const auto value = static_cast<double>(values.at(head, row, column));
    return has_key_axis(site) && value == static_cast<double>(k_not_visible) ? k_none : value;
}

/// Computes nodes at one token of one run.
struct Evaluation {
    const RunView& run;
    int t;

    double operator()(const Node& n) const {
        switch (n.op) {
        case Op::number: return n.number;
        case Op::word: return word(n.word);
        case Op::cell: return cell(n);
        case Op::logical_not: return is_nan(n) ? k_none : (*this)(n.args[0]) == 0;
        case Op::logical_and: return (*this)(n.args[0]) == 1 && (*this)(n.args[1]) == 1;
        case Op::logical_or: return (*this)(n.args[0]) == 1 || (*this)(n.args[1]) == 1;
        default: break;
        }
        const double a = (*this)(n.args[0]), b = n.args.size() > 1 ? (*this)(n.args[1]) : 0;
        if (std::isnan(a) || std::isnan(b)) return k_none;
        switch (n.op) {
        case Op::add: return a + b;
        case Op::subtract: return a - b;
        case Op::multiply: return a * b;
        case Op::divide: return a / b;
        case Op::power: return std::pow(a, b);
        case Op::negate: return -a;
        case Op::abs: return std::abs(a);
        case Op::sqrt: return std::sqrt(a);
        case Op::exp: return std::exp(a);
        case Op::log2: return std::log2(a);
        case Op::min: return std::min(a, b);
        case Op::max: return std::max(a, b);
        case Op::less: return a < b;
        case Op::less_equal: return a <= b;
        case Op::greater: return a > b;
        case Op::greater_equal: return a >= b;
        case Op::equal: return a == b;
        default: return a != b;
        }
    }

  private:
    bool is_nan(const Node& n) const { return std::isnan((*this)(n.args[0])); }

    double cell(const Node& n) const {
        int index[3] = {0, 0, 0};
        for (std::size_t i = 0; i < n.args.size(); ++i) {
            const double value = (*this)(n.args[i]);
            if (!(value >= 0 && value < std::numeric_limits<int>::max()) || value != std::floor(value))
                return k_none;
            index[i] = static_cast<int>(value);
        }
        const SiteValues values(run, n.site);
        if (!values.exists()) return k_none;
        const Site site = n.site.site;
        if (n.args.size() < 3) return read_cell(values, site, 0, index[0], index[1]);
        return has_key_axis(site) ? read_cell(values, site, index[0], index[1], index[2])
                                  : read_cell(values, site, index[1], index[0], index[2]);
    }

    double word(Word w) const {
        const int token = run.trace->tokens()[t];
        if (w == Word::t) return t;
        if (w == Word::token) return token;
        const SiteValues logits(run, {Site::logits, -1});
        const int row = run.trace->config().logits_row(t);
        if (!logits.exists() || row < 0 || row >= logits.rows()) return k_none;
        std::vector<real> scratch;
        const std::span<const real> x = logits.whole_row(row, scratch);
        const auto n = static_cast<int>(x.size());
        if (w == Word::likeliest)
            return static_cast<double>(std::max_element(x.begin(), x.end()) - x.begin());
        const auto sum = static_cast<double>(log_sum_exp(x.data(), n));
        if (w == Word::entropy) {
            double entropy = 0;
            for (const real logit : x) {
                const double log_p = static_cast<double>(logit) - sum, p = std::exp(log_p);
                if (p > 0) entropy -= p * log_p;
            }
            return entropy / std::log(2.0);
        }
        const double log_p = static_cast<double>(x[static_cast<std::size_t>(token)]) - sum;
        return w == Word::probability ? std::exp(log_p) : -log_p / std::log(2.0);
    }
};

/// Calls f(node) for each word and each cell, cells' indices left out.
template <class F>
void for_each_name(const Node& n, F f) {
    if (n.op == Op::word || n.op == Op::cell) return f(n);
    for (const Node& arg : n.args) for_each_name(arg, f);
}

} // namespace

Expression::Expression(std::string_view text, const ModelConfig& config)
    : text_(text), root_(std::make_shared<const Node>(watch::parse(text, config))) {}

Expression Expression::condition(std::string_view text, const ModelConfig& config) {
    Expression e(text, config);
    if (!e.is_condition())
        throw Error({"condition '" + e.text_ + "'", "something that holds or does not", "a number",
                     "compare it, as in: " + e.text_ + " > 0"});
    return e;
}

bool Expression::is_condition() const { return watch::is_condition(root_->op); }

double Expression::at(const RunView& run, int t) const {
    if (t < 0 || t >= run.rows) return k_none;
    return Evaluation{run, t}(*root_);
}

std::string Expression::values(const RunView& run, int t) const {
    std::string all;
    for_each_name(*root_, [&](const Node& n) {
        const double value = t < 0 || t >= run.rows ? k_none : Evaluation{run, t}(n);
        char number[32] = "none";
        if (!std::isnan(value)) std::snprintf(number, sizeof number, "%.6g", value);
        const std::string one = n.text + " = " + number;
        if (all.find(one) == std::string::npos) all += (all.empty() ? "" : ", ") + one;
    });
    return all;
}

std::string Expression::missing(const RunView& run) const {
    std::string why;
    for_each_name(*root_, [&](const Node& n) {
        const bool needs_logits = n.op == Op::word && n.word != Word::t && n.word != Word::token;
        if ((n.op != Op::cell && !needs_logits) || !why.empty()) return;
        const SiteRef site = n.op == Op::cell ? n.site : SiteRef{Site::logits, -1};
        const SiteValues values(run, site);
        if (!values.exists()) why = site_name(site.site, site.layer) + ": " + std::string(values.missing());
    });
    return why;
}

} // namespace gf
