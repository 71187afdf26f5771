#include "core/formula/writer.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace gf {

Kinship kinship(Site site) {
    switch (site) {
    case Site::embed: return Kinship::token;
    case Site::pos_embed: return Kinship::position;
    case Site::q:
    case Site::cross_q:
    case Site::rot_q: return Kinship::query;
    case Site::k:
    case Site::cross_k:
    case Site::rot_k: return Kinship::key;
    case Site::v:
    case Site::z:
    case Site::attn_out:
    case Site::cross_v:
    case Site::cross_z:
    case Site::cross_attn_out: return Kinship::value;
    case Site::attn_scores:
    case Site::pattern:
    case Site::cross_attn_scores:
    case Site::cross_pattern:
    case Site::class_logits:
    case Site::logits: return Kinship::none;
    case Site::router_logits:
    case Site::expert_weights:
    case Site::expert_indices:
    case Site::expert_gates:
    case Site::mlp_pre:
    case Site::mlp_pre_linear:
    case Site::mlp_post:
    case Site::mlp_out:
    case Site::mlm_pre:
    case Site::mlm_post: return Kinship::mlp;
    default: return Kinship::residual;
    }
}

Kinship kinship(Role role) {
    switch (role) {
    case Role::embed: return Kinship::token;
    case Role::pos_embed: return Kinship::position;
    case Role::q:
    case Role::q_bias:
    case Role::cross_q:
    case Role::cross_q_bias: return Kinship::query;
    case Role::k:
    case Role::k_bias:
    case Role::cross_k:
    case Role::cross_k_bias: return Kinship::key;
    case Role::v:
    case Role::v_bias:
    case Role::attn_out:
    case Role::attn_out_bias:
    case Role::cross_v:
    case Role::cross_v_bias:
    case Role::cross_attn_out:
    case Role::cross_attn_out_bias: return Kinship::value;
    case Role::router:
    case Role::mlp_in:
    case Role::mlp_in_bias:
    case Role::mlp_up:
    case Role::mlp_up_bias:
    case Role::mlp_out:
    case Role::mlp_out_bias:
    case Role::mlm_dense:
    case Role::mlm_dense_bias: return Kinship::mlp;
    default: return Kinship::none;
    }
}

namespace formula {
namespace {

/// How tightly an operator binds: sums 0, products 1, powers 2, everything else 3.
int level_of(Op op) {
    switch (op) {
    case Op::add:
    case Op::subtract: return 0;
    case Op::multiply:
    case Op::divide: return 1;
    case Op::power: return 2;
    default: return 3;
    }
}

bool is_leaf(const Term& t) {
    return t.op == Op::ref || t.op == Op::number || t.op == Op::quantity || t.op == Op::max;
}

const char* sign_of(Op op) {
    switch (op) {
    case Op::add: return " + ";
    case Op::subtract: return " - ";
    case Op::multiply: return "·";
    case Op::divide: return " / ";
    default: return "^";
    }
}

std::string function_name(const Term& t) {
    switch (t.op) {
    case Op::sqrt: return "√";
    case Op::exp: return "e^";
    case Op::sin: return "sin";
    case Op::cos: return "cos";
    case Op::mean: return "mean";
    default: return std::string(gf::name(t.activation));
    }
}

/// "normalized" of ln1_normalized: which norm it is, the cell's own name says.
std::string short_name(Site site) {
    switch (site) {
    case Site::embed_ln_scale:
    case Site::mlm_ln_scale:
    case Site::ln1_scale:
    case Site::ln_cross_scale:
    case Site::ln2_scale:
    case Site::ln_final_scale: return "scale";
    case Site::embed_ln_normalized:
    case Site::mlm_ln_normalized:
    case Site::ln1_normalized:
    case Site::ln_cross_normalized:
    case Site::ln2_normalized:
    case Site::ln_final_normalized: return "normalized";
    case Site::cross_attn_scores:
    case Site::attn_scores: return "score";
    case Site::expert_weights: return "weight";
    case Site::expert_gates: return "gate";
    default: return std::string(symbol(site));
    }
}

} // namespace

Kinship Writer::kin(const CellRef& cell) const {
    return cell.param < 0 ? kinship(cell.site)
                          : kinship(trace_.weights().table[static_cast<std::size_t>(cell.param)].role);
}

double Writer::number(double value, bool exact, std::optional<CellRef> cell) {
    std::string text;
    if (exact) {
        char buffer[32];
        std::snprintf(buffer, sizeof buffer, "%.9g", value);
        text = buffer;
    } else {
        text = spell_number(value, digits_);
    }
    const double printed = std::atof(text.c_str());
    out_.push_back({std::move(text), FormulaSpan::Kind::number, cell, cell ? kin(*cell) : Kinship::none});
    return printed;
}

void Writer::name(const Term& t) {
    if (t.op == Op::max) return out_.push_back({"max", FormulaSpan::Kind::symbol, {}, Kinship::none});
    if (t.op != Op::ref) return void(number(t.value, true));
    out_.push_back({t.param ? std::string(t.param->shown) : short_name(t.cell.site),
                    FormulaSpan::Kind::symbol,
                    {},
                    t.param ? kinship(t.param->role) : kinship(t.cell.site)});
    if (t.free == 0) out_.back().cell = cell_at(t, at_);
}

void Writer::names(const Term& t, int level) {
    if (is_leaf(t)) return name(t);
    if (t.op == Op::sum) {
        const Term& body = t.args[0];
        const bool dot = body.op == Op::multiply && body.args[0].op == Op::ref && body.args[1].op == Op::ref;
        if (!dot) sign("Σ ");
        return names(body, 1);
    }
    const int own = level_of(t.op);
    if (own < 3) {
        if (own < level) sign("(");
        for (std::size_t i = 0; i < t.args.size(); ++i) {
            if (i) sign(sign_of(t.op));
            const bool tight = t.op == Op::power || (i > 0 && (t.op == Op::divide || t.op == Op::subtract));
            names(t.args[i], own + (tight ? 1 : 0));
        }
        if (own < level) sign(")");
        return;
    }
    const bool bare = t.op == Op::sqrt && is_leaf(t.args[0]);
    sign((function_name(t) + (bare ? "" : "(")).c_str());
    if (t.op == Op::sin || t.op == Op::cos)
        sign("angle");
    else
        names(t.args[0], 0);
    if (!bare) sign(")");
}

const Writer::Sum& Writer::sum_of(const Term& t) {
    const auto [it, is_new] = sums_.try_emplace(&t);
    Sum& sum = it->second;
    if (!is_new) return sum;
    std::vector<std::pair<double, Bound>> all;
    each(t.loops, at_, [&] {
        const double value = value_of(t.args[0], at_);
        sum.total += value;
        all.emplace_back(value, at_);
    });
    sum.n = static_cast<int>(all.size());
    // One more than asked for is written out, too: "1 more = 0.3" would be no shorter.
    const std::size_t n = sum.n <= terms_ + 1 && terms_ > 0 ? all.size() : static_cast<std::size_t>(terms_);
    const auto size = [](double x) {
        return std::isnan(x) ? std::numeric_limits<double>::infinity() : std::abs(x);
    };
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n), all.end(),
                      [&](const auto& a, const auto& b) { return size(a.first) > size(b.first); });
    all.resize(n);
    sum.largest = std::move(all);
    return sum;
}

/// (a·b + c·d + e·f + 13 more = 3.15)
double Writer::write_sum(const Term& t, int level) {
    const Sum& sum = sum_of(t);
    const int shown = static_cast<int>(sum.largest.size()), rest = sum.n - shown;
    if (sum.n == 0) return number(0, true);
    const bool brackets = rest > 0 || (shown > 1 && level > 0);
    if (brackets) sign("(");
    double printed = 0, written = 0;
    for (int i = 0; i < shown; ++i) {
        if (i) sign(" + ");
        at_ = sum.largest[static_cast<std::size_t>(i)].second;
        printed += numbers(t.args[0], shown + rest > 1 ? 1 : level);
        written += sum.largest[static_cast<std::size_t>(i)].first;
    }
    at_ = {};
    if (rest > 0) {
        sign(((shown ? " + " : "") + std::to_string(rest) + (shown ? " more = " : " terms = ")).c_str());
        printed += number(sum.total - written, false);
    }
    if (brackets) sign(")");
    return printed;
}

double Writer::write_max(const Term& t) {
    std::optional<CellRef> where;
    double most = -std::numeric_limits<double>::infinity();
    Bound v{};
    each(t.loops, v, [&] {
        const double value = value_of(t.args[0], v);
        if (value <= most || t.args[0].op != Op::ref) return;
        most = value;
        where = cell_at(t.args[0], v);
    });
    return number(t.value, false, where);
}

double Writer::write_function(const Term& t) {
    const Term& arg = t.args[0];
    const bool bare = t.op == Op::sqrt && is_leaf(arg);
    sign((function_name(t) + (bare ? "" : "(")).c_str());
    const double x = numbers(arg, 0);
    if (!bare) sign(")");
    switch (t.op) {
    case Op::sqrt: return std::sqrt(x);
    case Op::exp: return std::exp(x);
    case Op::sin: return std::sin(x);
    case Op::cos: return std::cos(x);
    default: return activation(t.activation, x);
    }
}

double Writer::numbers(const Term& t, int level) {
    switch (t.op) {
    case Op::number:
    case Op::quantity: return number(t.value, true);
    case Op::ref: return number(value_of(t, at_), false, cell_at(t, at_));
    case Op::max: return write_max(t);
    case Op::sum: return write_sum(t, level);
    case Op::mean: {
        const double sum = write_sum(t, 1);
        sign(" / ");
        return sum / number(sum_of(t).n, true);
    }
    default: break;
    }
    const int own = level_of(t.op);
    if (own == 3) return write_function(t);
    const bool brackets = own < level;
    if (brackets) sign("(");
    double result = 0;
    for (std::size_t i = 0; i < t.args.size(); ++i) {
        if (i) sign(sign_of(t.op));
        const Term& arg = t.args[i];
        const bool tight = t.op == Op::power || (i > 0 && (t.op == Op::divide || t.op == Op::subtract));
        const bool negative = tight && is_leaf(arg) && value_of(arg, at_) < 0;
        if (negative) sign("(");
        const double x = numbers(arg, own + (tight ? 1 : 0));
        if (negative) sign(")");
        if (i == 0)
            result = x;
        else if (t.op == Op::add)
            result += x;
        else if (t.op == Op::subtract)
            result -= x;
        else if (t.op == Op::multiply)
            result *= x;
        else if (t.op == Op::divide)
            result = result == 0 && x == 0 ? 0 : result / x;
        else
            result = std::pow(result, x);
    }
    if (brackets) sign(")");
    return result;
}

void Writer::write_rank(const Term& root, const CellRef& cell) {
    constexpr const char* k_ordinals[] = {"", "second ", "third "};
    const int n = cell.column;
    sign("  =  the expert of the ");
    sign(n < 3 ? k_ordinals[n] : (std::to_string(n + 1) + "th ").c_str());
    sign("largest weight, ");
    Bound v{};
    v[static_cast<std::size_t>(root.loops[0].variable)] = static_cast<int>(root.value);
    number(value_of(root.args[0], v), false, cell_at(root.args[0], v));
}

} // namespace formula
} // namespace gf
