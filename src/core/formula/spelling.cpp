#include "core/formula/spelling.h"

#include "core/formula/writer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace gf {

using namespace formula;

namespace {

constexpr int k_fewest_digits = 3, k_most_digits = 9;

/// One unit of the last printed digit.
double last_digit_unit(const std::string& text) {
    const std::size_t e = text.find('e'), point = text.find('.');
    const std::size_t mantissa_end = e == std::string::npos ? text.size() : e;
    const int decimals = point == std::string::npos ? 0 : static_cast<int>(mantissa_end - point) - 1;
    return std::pow(10.0, (e == std::string::npos ? 0 : std::atoi(text.c_str() + e + 1)) - decimals);
}

/// The value with three significant digits, or fewer where the noise of single precision is larger than the
/// last of them.
std::string result_text(double value, double noise) {
    std::string text = spell_number(value, k_fewest_digits);
    if (!std::isfinite(value) || 0.02 * last_digit_unit(text) >= noise) return text;
    const int decimals = std::max(0, static_cast<int>(std::floor(-std::log10(50 * noise))));
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.*f", std::min(decimals, 12), value);
    return buffer;
}

/// A space and the token in quotation marks, or nothing if tokens have no texts.
std::string quoted(const std::function<std::string(int)>& token, int id) {
    std::string text;
    if (token) text.append(" “").append(token(id)).append("”");
    return text;
}

/// Writes the Spelling of one cell.
class Speller {
  public:
    Speller(const Trace& trace, int rows, const CellRef& cell, const SpellOptions& options)
        : trace_(trace), rows_(rows), cell_(cell), options_(options) {}

    Spelling spell() {
        add(place_name(trace_.weights(), cell_), FormulaSpan::Kind::name);
        if (cell_.param >= 0) return spell_param();
        if (cell_.row >= trace_.n_rows(cell_.site, rows_)) return refuse(" is not computed yet");
        add(cell_indices(trace_, cell_, options_.token), FormulaSpan::Kind::index);
        if (!trace_.kept(cell_.site, cell_.layer))
            return refuse(" is not kept at this length (it does not fit into the trace budget)");
        const Resolved resolved = resolve(trace_, cell_);
        out_.value = static_cast<double>(trace_.value(cell_));
        out_.computed = resolved.root.value;
        out_.edited = is_edited(trace_, cell_);
        if (out_.edited) {
            sign("  =  ");
            add(spell_number(out_.value, k_fewest_digits), FormulaSpan::Kind::result);
            add("   edited; computed:", FormulaSpan::Kind::note);
        }
        if (resolved.not_kept) {
            result(out_.value, 0);
            add("   computed from " + site_name(resolved.not_kept->site, resolved.not_kept->layer) +
                    ", which is not kept at this length",
                FormulaSpan::Kind::note);
            return std::move(out_);
        }
        spell_formula(resolved.root);
        return std::move(out_);
    }

  private:
    void add(std::string text, FormulaSpan::Kind kind) {
        FormulaSpan& span = out_.spans.emplace_back();
        span.text = std::move(text);
        span.kind = kind;
    }
    void sign(const char* text) { add(text, FormulaSpan::Kind::sign); }
    Spelling refuse(const char* why) {
        add(why, FormulaSpan::Kind::note);
        return std::move(out_);
    }
    void result(double value, double noise) {
        sign("  =  ");
        add(result_text(value, noise), FormulaSpan::Kind::result);
    }

    Spelling spell_param() {
        const ParamRow& row = trace_.weights().table[static_cast<std::size_t>(cell_.param)];
        add(cell_indices(trace_, cell_, options_.token), FormulaSpan::Kind::index);
        out_.value = out_.computed = evaluate(trace_, cell_);
        result(out_.value, 0);
        std::string shape;
        for (const int n : row.shape) shape.append(shape.empty() ? "" : " × ").append(std::to_string(n));
        add("   a parameter, " + shape + (row.file_transposed ? " (transposed in the file)" : ""),
            FormulaSpan::Kind::note);
        return std::move(out_);
    }

    void spell_formula(const Term& root) {
        if (cell_.site == Site::encoder_out) {
            result(out_.edited ? out_.computed : out_.value, 0);
            return add("   from the encoder's run", FormulaSpan::Kind::note);
        }
        Writer writer(trace_, out_.spans, options_.terms);
        const bool masked = root.op == Op::number && has_key_axis(cell_.site);
        const char* decided = root.op == Op::number ? words_of_setup() : nullptr;
        // The value computed in single precision. The one that an edit replaced was not stored, so the
        // formula's result in double precision stands for it.
        const double value = out_.edited ? out_.computed : out_.value;
        if (root.op == Op::rank) {
            writer.write_rank(root, cell_);
        } else if (!masked && !decided) {
            sign("  =  ");
            writer.write_names(root);
            if (root.op != Op::ref)
                write_numbers(writer, root, value, out_.edited ? 0 : std::abs(out_.value - out_.computed));
        }
        result(value, out_.edited ? 0 : std::abs(out_.value - out_.computed));
        if (decided) add(decided, FormulaSpan::Kind::note);
        if (masked) {
            add("   masked: query " + std::to_string(cell_.row) + " may not read key " +
                    std::to_string(cell_.column),
                FormulaSpan::Kind::note);
            spell_without_mask();
        } else if (cell_.site == Site::attn_scores || cell_.site == Site::cross_attn_scores) {
            add_softmax_weight();
        }
    }

    /// Adds the score that a masked key would have had.
    void spell_without_mask() {
        const KeyRange keys = trace_.plan().mask(cell_.site, cell_.layer, cell_.head).keys(cell_.row);
        if (cell_.site != Site::attn_scores || keys.first + cell_.column >= rows_) return;
        const Resolved without = resolve(trace_, cell_, Visibility::granted);
        if (without.not_kept) return;
        Writer writer(trace_, out_.spans, options_.terms);
        add("; without the mask  ", FormulaSpan::Kind::note);
        writer.write_names(without.root);
        write_numbers(writer, without.root, without.root.value, 0);
        sign("  =  ");
        add(result_text(without.root.value, 0), FormulaSpan::Kind::number);
    }

    /// Why the run's setup gives the cell its value without any formula; null if it does not.
    const char* words_of_setup() const {
        if (cell_.site == Site::router_logits) return "   the expert is off";
        if (cell_.site != Site::expert_gates) return nullptr;
        const ExpertChoice& choice = trace_.plan().experts(cell_.layer, cell_.row);
        if (cell_.column >= choice.per_token) return "   this slot does not count";
        return choice.one_forced() ? "   the expert is forced alone" : "   the expert is full";
    }

    /// Writes the formula with numbers, with the fewest digits for which the printed numbers give the result.
    void write_numbers(Writer& writer, const Term& root, double value, double noise) {
        sign("  =  ");
        const std::size_t begin = out_.spans.size();
        const std::string wanted = result_text(value, noise);
        const double target = std::atof(wanted.c_str()), unit = last_digit_unit(wanted);
        for (int digits = k_fewest_digits; digits <= k_most_digits; ++digits) {
            out_.spans.resize(begin);
            const double printed = writer.write_numbers(root, digits);
            if (!std::isfinite(target) || std::abs(printed - target) <= 0.53 * unit) break;
        }
    }

    /// Adds to a score the weight that the softmax makes of it.
    void add_softmax_weight() {
        CellRef weight = cell_;
        weight.site = cell_.site == Site::attn_scores ? Site::pattern : Site::cross_pattern;
        char text[32];
        std::snprintf(text, sizeof text, "%.1f %%", 100 * static_cast<double>(trace_.value(weight)));
        add("   softmax → ", FormulaSpan::Kind::note);
        add(text, FormulaSpan::Kind::number);
        out_.spans.back().cell = weight;
    }

    const Trace& trace_;
    const int rows_;
    const CellRef cell_;
    const SpellOptions& options_;
    Spelling out_;
};

} // namespace

std::string Spelling::text() const {
    std::string all;
    for (const FormulaSpan& s : spans) all += s.text;
    return all;
}

std::string spell_number(double value, int digits) {
    char text[64];
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    if (value == 0) return "0";
    const double size = std::abs(value);
    if (size < 1e-3 || size >= 1e7) {
        std::snprintf(text, sizeof text, "%.*e", digits - 1, value);
    } else {
        const int decimals = digits - 1 - static_cast<int>(std::floor(std::log10(size)));
        std::snprintf(text, sizeof text, "%.*f", std::max(decimals, 0), value);
    }
    return text;
}

Spelling spell(const Trace& trace, int rows, const CellRef& cell, const SpellOptions& options) {
    return Speller(trace, rows, cell, options).spell();
}

std::string place_name(const Weights& weights, const CellRef& cell) {
    return cell.param >= 0 ? weights.table[static_cast<std::size_t>(cell.param)].name
                           : site_name(cell.site, cell.layer);
}

namespace {

/// The text of the indices. The labels of rows, keys and tokens follow their numbers.
std::string indices_text(const Weights& weights, const CellRef& cell,
                         const std::function<std::string(int)>& row_label,
                         const std::function<std::string(int)>& key_label,
                         const std::function<std::string(int)>& token) {
    std::string text = "[";
    const auto put = [&](const char* prefix, int i, const std::string& label = {}) {
        if (text.size() > 1) text += ", ";
        text += prefix;
        text += std::to_string(std::max(i, 0));
        text += label;
    };
    if (cell.param >= 0) {
        const ParamRow& row = weights.table[static_cast<std::size_t>(cell.param)];
        if (row.shape.size() > 1) put("", cell.row, row.role == Role::embed ? quoted(token, cell.row) : "");
        put("", cell.column,
            row.role == Role::unembed || row.role == Role::unembed_bias ? quoted(token, cell.column) : "");
        return text + "]";
    }
    const auto axes = site_row(cell.site).axes;
    if (has_key_axis(cell.site)) {
        put("h", cell.head);
        put("q", cell.row, row_label(cell.row));
        put("k", cell.column, key_label(cell.column));
        return text + "]";
    }
    if (row_axis(cell.site) == Axis::segment)
        put("s", cell.row);
    else
        put("t", cell.row, row_label(cell.row));
    if (has_head_axis(weights.config, cell.site))
        put(axes.size() < 3 ? "slot " : axes[1] == Axis::kv_head ? "kv" : "h", cell.head);
    if (axes.back() != Axis::one)
        put("", cell.column, cell.site == Site::logits ? quoted(token, cell.column) : "");
    return text + "]";
}

} // namespace

std::string cell_name(const Weights& weights, const CellRef& cell) {
    const auto none = [](int) { return std::string(); };
    return place_name(weights, cell) + indices_text(weights, cell, none, none, {});
}

std::string cell_indices(const Trace& trace, const CellRef& cell,
                         const std::function<std::string(int)>& token) {
    const auto label = [&](const Trace& t, int row) {
        return row < t.n_tokens() ? quoted(token, t.tokens()[row]) : std::string();
    };
    const bool is_site = cell.param < 0;
    const Trace& row_trace = is_site && row_axis(cell.site) == Axis::source ? *trace.source() : trace;
    const Trace& key_trace = is_site && has_source_keys(cell.site) ? *trace.source() : trace;
    const int first = is_site && has_key_axis(cell.site) ? trace.keys(cell.site, cell.row).first : 0;
    return indices_text(
        trace.weights(), cell, [&](int row) { return label(row_trace, row); },
        [&](int key) { return label(key_trace, first + key); }, token);
}

std::string range_words(const Trace& trace, const CellRange& range,
                        const std::function<std::string(int)>& token) {
    if (range.param >= 0)
        return std::string(param_symbol(trace.weights().table[static_cast<std::size_t>(range.param)].role));
    std::string text(site_row(range.site).symbol);
    const int rows = (range.row_end < 0 ? trace.n_rows(range.site) : range.row_end) - range.row_begin;
    text += " of ";
    if (row_axis(range.site) == Axis::segment)
        return text.append(rows == 1 ? "segment " + std::to_string(range.row_begin)
                                     : std::to_string(rows) + " segments");
    const bool of_source = row_axis(range.site) == Axis::source;
    const Trace& range_trace = of_source ? *trace.source() : trace;
    const char* suffix = of_source ? " of the source" : "";
    if (rows == 1 && token)
        return text.append("“")
            .append(token(range_trace.tokens()[range.row_begin]))
            .append("”")
            .append(suffix);
    if (rows == 1) return text.append("token ").append(std::to_string(range.row_begin)).append(suffix);
    return text.append(std::to_string(rows)).append(" tokens").append(suffix);
}

} // namespace gf
