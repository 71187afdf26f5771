#include "core/formula/writer.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace gf {

namespace formula {
namespace {

/// The family of what a parameter makes; none for gains and biases of norms, and what makes the output.
std::optional<SiteFamily> family_of(Role role) {
    switch (role) {
    case Role::embed: return SiteFamily::token;
    case Role::pos_embed: return SiteFamily::position;
    case Role::q:
    case Role::q_bias:
    case Role::cross_q:
    case Role::cross_q_bias: return SiteFamily::query;
    case Role::k:
    case Role::k_bias:
    case Role::cross_k:
    case Role::cross_k_bias: return SiteFamily::key;
    case Role::v:
    case Role::v_bias:
    case Role::attn_out:
    case Role::attn_out_bias:
    case Role::cross_v:
    case Role::cross_v_bias:
    case Role::cross_attn_out:
    case Role::cross_attn_out_bias: return SiteFamily::value;
    case Role::router:
    case Role::router_bias: return SiteFamily::experts;
    case Role::mlp_in:
    case Role::mlp_in_bias:
    case Role::mlp_up:
    case Role::mlp_up_bias:
    case Role::mlp_out:
    case Role::mlp_out_bias:
    case Role::mlm_dense:
    case Role::mlm_dense_bias: return SiteFamily::mlp;
    default: return std::nullopt;
    }
}

/// How tightly an operator binds: 0 for sums, 1 for products, 2 for powers, 3 for everything else.
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
    case Op::tanh: return "tanh";
    case Op::mean: return "mean";
    default: return std::string(gf::name(t.activation));
    }
}

/// "normalized" for ln1_normalized: the name of the cell, to the left, already says which norm it is.
std::string short_name(const SiteRow& row) {
    return std::string(row.short_symbol.empty() ? row.symbol : row.short_symbol);
}

} // namespace

std::optional<SiteFamily> Writer::family_of_cell(const CellRef& cell) const {
    if (cell.param < 0) return site_row(cell.site).family;
    return family_of(trace_.weights().table[static_cast<std::size_t>(cell.param)].role);
}

double Writer::write_number(double value, bool exact, std::optional<CellRef> cell) {
    std::string text;
    if (exact) {
        char buffer[32];
        std::snprintf(buffer, sizeof buffer, "%.9g", value);
        text = buffer;
    } else {
        text = spell_number(value, digits_);
    }
    const double printed = std::atof(text.c_str());
    out_.push_back(
        {std::move(text), FormulaSpan::Kind::number, cell, cell ? family_of_cell(*cell) : std::nullopt});
    return printed;
}

void Writer::write_operand_name(const Term& t) {
    if (t.op == Op::max) return out_.push_back({"max", FormulaSpan::Kind::symbol});
    if (t.op != Op::ref) return void(write_number(t.value, true));
    const SiteRow& row = site_row(t.cell.site);
    if (t.param)
        out_.push_back(
            {std::string(t.param->short_name), FormulaSpan::Kind::symbol, {}, family_of(t.param->role)});
    else
        out_.push_back({short_name(row), FormulaSpan::Kind::symbol, {}, row.family});
    if (t.free == 0) out_.back().cell = cell_at(t, bound_values_);
}

void Writer::write_by_name(const Term& t, int level) {
    if (is_leaf(t)) return write_operand_name(t);
    if (t.op == Op::sum) {
        const Term& body = t.args[0];
        const bool dot = body.op == Op::multiply && body.args[0].op == Op::ref && body.args[1].op == Op::ref;
        if (!dot) write_sign("Σ ");
        return write_by_name(body, 1);
    }
    const int own = level_of(t.op);
    if (own < 3) {
        if (own < level) write_sign("(");
        for (std::size_t i = 0; i < t.args.size(); ++i) {
            if (i) write_sign(sign_of(t.op));
            const bool tight = t.op == Op::power || (i > 0 && (t.op == Op::divide || t.op == Op::subtract));
            write_by_name(t.args[i], own + (tight ? 1 : 0));
        }
        if (own < level) write_sign(")");
        return;
    }
    const bool bare = t.op == Op::sqrt && is_leaf(t.args[0]);
    write_sign((function_name(t) + (bare ? "" : "(")).c_str());
    if (t.op == Op::sin || t.op == Op::cos)
        write_sign("angle");
    else
        write_by_name(t.args[0], 0);
    if (!bare) write_sign(")");
}

const Writer::Sum& Writer::sum_of(const Term& t) {
    const auto [it, is_new] = sums_.try_emplace(&t);
    Sum& sum = it->second;
    if (!is_new) return sum;
    std::vector<std::pair<double, BoundValues>> all;
    for_each_iteration(t.loops, bound_values_, [&] {
        const double value = value_of(t.args[0], bound_values_);
        sum.total += value;
        all.emplace_back(value, bound_values_);
    });
    sum.n = static_cast<int>(all.size());
    // A single term beyond terms_ is written out, too: "1 more = 0.3" would be no shorter.
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

/// Writes "(a·b + c·d + e·f + 13 more = 3.15)" with numbers for a to f. Returns the printed sum.
double Writer::write_sum(const Term& t, int level) {
    const Sum& sum = sum_of(t);
    const int shown = static_cast<int>(sum.largest.size()), rest = sum.n - shown;
    if (sum.n == 0) return write_number(0, true);
    const bool brackets = rest > 0 || (shown > 1 && level > 0);
    if (brackets) write_sign("(");
    double printed = 0, written = 0;
    for (int i = 0; i < shown; ++i) {
        if (i) write_sign(" + ");
        bound_values_ = sum.largest[static_cast<std::size_t>(i)].second;
        printed += write_by_value(t.args[0], shown + rest > 1 ? 1 : level);
        written += sum.largest[static_cast<std::size_t>(i)].first;
    }
    bound_values_ = {};
    if (rest > 0) {
        write_sign(
            ((shown ? " + " : "") + std::to_string(rest) + (shown ? " more = " : " terms = ")).c_str());
        printed += write_number(sum.total - written, false);
    }
    if (brackets) write_sign(")");
    return printed;
}

/// Writes a maximum as its value, linked to the cell where it is reached.
double Writer::write_max(const Term& t) {
    std::optional<CellRef> where;
    double most = -std::numeric_limits<double>::infinity();
    BoundValues v{};
    for_each_iteration(t.loops, v, [&] {
        const double value = value_of(t.args[0], v);
        if (value <= most || t.args[0].op != Op::ref) return;
        most = value;
        where = cell_at(t.args[0], v);
    });
    return write_number(t.value, false, where);
}

double Writer::write_function(const Term& t) {
    const Term& arg = t.args[0];
    const bool bare = t.op == Op::sqrt && is_leaf(arg);
    write_sign((function_name(t) + (bare ? "" : "(")).c_str());
    const double x = write_by_value(arg, 0);
    if (!bare) write_sign(")");
    switch (t.op) {
    case Op::sqrt: return std::sqrt(x);
    case Op::exp: return std::exp(x);
    case Op::sin: return std::sin(x);
    case Op::cos: return std::cos(x);
    case Op::tanh: return std::tanh(x);
    default: return activation(t.activation, x);
    }
}

double Writer::write_by_value(const Term& t, int level) {
    switch (t.op) {
    case Op::number:
    case Op::quantity: return write_number(t.value, true);
    case Op::ref: return write_number(value_of(t, bound_values_), false, cell_at(t, bound_values_));
    case Op::max: return write_max(t);
    case Op::sum: return write_sum(t, level);
    case Op::mean: {
        const double sum = write_sum(t, 1);
        write_sign(" / ");
        return sum / write_number(sum_of(t).n, true);
    }
    default: break;
    }
    const int own = level_of(t.op);
    if (own == 3) return write_function(t);
    const bool brackets = own < level;
    if (brackets) write_sign("(");
    double result = 0;
    for (std::size_t i = 0; i < t.args.size(); ++i) {
        if (i) write_sign(sign_of(t.op));
        const Term& arg = t.args[i];
        const bool tight = t.op == Op::power || (i > 0 && (t.op == Op::divide || t.op == Op::subtract));
        const bool negative = tight && is_leaf(arg) && value_of(arg, bound_values_) < 0;
        if (negative) write_sign("(");
        const double x = write_by_value(arg, own + (tight ? 1 : 0));
        if (negative) write_sign(")");
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
    if (brackets) write_sign(")");
    return result;
}

void Writer::write_rank(const Term& root, const CellRef& cell) {
    constexpr const char* k_ordinals[] = {"", "second ", "third "};
    const int n = cell.column;
    write_sign("  =  the expert of the ");
    write_sign(n < 3 ? k_ordinals[n] : (std::to_string(n + 1) + "th ").c_str());
    const Term& score = root.args[0];
    const bool biased = score.op == Op::add; // of a weight and a bias
    write_sign(biased ? "largest weight + bias, " : "largest weight, ");
    if (!root.choice->forced.empty()) write_sign("forced ones first, ");
    BoundValues v{};
    v[static_cast<std::size_t>(root.loops[0].variable)] = static_cast<int>(root.value);
    for (const Term& part : biased ? std::span(score.args) : std::span(root.args)) {
        if (&part != &score && &part != score.args.data()) write_sign(" + ");
        write_number(value_of(part, v), false, cell_at(part, v));
    }
}

} // namespace formula
} // namespace gf
