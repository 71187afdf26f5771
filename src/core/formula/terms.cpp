#include "core/formula/terms.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace gf::formula {
namespace {

constexpr double k_infinity = std::numeric_limits<double>::infinity();

/// Value i of a row of the encoder's output: its stream after the last norm, with gain and bias. NaN if the
/// encoder's run does not keep it.
double source_output(const Trace& source, int row, int i) {
    const ModelConfig& c = source.config();
    if (!source.kept(output_site(c))) return std::numeric_limits<double>::quiet_NaN();
    const StackWeights& w = source.stack();
    if (c.norms_stream()) return static_cast<double>(source.row(output_site(c), c.n_layers - 1, row)[i]);
    return static_cast<double>(source.row(output_site(c), -1, row)[i]) *
               (static_cast<double>(w.ln_final_gain[i]) + c.gain_offset) +
           (w.ln_final_bias ? static_cast<double>(w.ln_final_bias[i]) : 0);
}

/// Turns the Expr of a site into the Term of one of its cells.
class Resolver {
  public:
    Resolver(const Trace& trace, const CellRef& cell, Visibility visibility, Resolved& result)
        : trace_(trace), config_(trace.config()), cell_(cell), plan_(plan_of(trace, cell.site, cell.row)),
          visibility_(visibility), result_(result) {
        cell_.head = std::max(cell_.head, 0);
        cell_.column = std::max(cell_.column, 0);
    }

    Term resolve(const Expr& e) {
        switch (e.op) {
        case Op::number: return constant(e.number);
        case Op::quantity: return constant(quantity(e.quantity));
        case Op::ref: return reference(e);
        case Op::choose: { // the cell decides: specialise() has made all other choices
            const bool is_granted = e.condition == Condition::visible && visibility_ == Visibility::granted;
            const bool holds =
                is_granted || (e.condition == Condition::leads    ? leads()
                               : e.condition == Condition::turned ? cell_.column < d_rotary()
                                                                  : cell_holds(trace_, e.condition, cell_));
            return resolve(e.args[holds ? 0 : 1]);
        }
        case Op::sum:
            if (e.loops[0].domain == Domain::slots || e.loops[0].domain == Domain::chosen) return unrolled(e);
            break;
        default: break;
        }
        Term t;
        t.op = e.op;
        t.activation = config_.activation;
        for (const Loop& loop : e.loops) {
            t.loops.push_back({loop.variable, domain(loop.domain)});
            int& first_key = first_keys_[static_cast<std::size_t>(loop.variable)];
            first_key = loop.domain == Domain::keys          ? keys(false).first
                        : loop.domain == Domain::source_keys ? keys(true).first
                                                             : 0;
        }
        for (const Expr& arg : e.args) t.args.push_back(resolve(arg));
        for (const Term& arg : t.args) t.free |= arg.free;
        for (const LoopRange& loop : t.loops) t.free &= ~(1u << loop.variable);
        if (t.op == Op::rank) { // reduce() reads from these which rank is wanted, and of what order
            t.value = cell_.column;
            t.choice = &trace_.plan().experts(cell_.layer, cell_.row);
        }
        return with_value(std::move(t));
    }

  private:
    static Term constant(double value) {
        Term t;
        t.value = value;
        t.exact = true;
        return t;
    }
    /// Computes the value of a term that depends on no bound variable.
    Term with_value(Term t) {
        if (t.free == 0) {
            BoundValues none{};
            t.free = ~0u; // value_of() would return t.value, which is not computed yet
            const double value = value_of(t, none);
            t.free = 0;
            t.value = value;
        }
        return t;
    }

    /// A sum over the expert slots becomes an addition of one term per slot, because each slot reads the
    /// weights of another expert.
    Term unrolled(const Expr& e) {
        const auto variable = static_cast<std::size_t>(e.loops[0].variable);
        Term sum;
        sum.op = Op::add;
        for (int slot = 0; slot < n_slots(e.loops[0].domain); ++slot) {
            fixed_[variable] = slot;
            sum.args.push_back(resolve(e.args[0]));
        }
        fixed_[variable].reset();
        if (sum.args.size() == 1) {
            Term only = std::move(sum.args[0]);
            return only;
        }
        return with_value(std::move(sum));
    }

    const KeyMask& mask(bool of_source) const {
        return trace_.plan().mask(of_source ? Site::cross_attn_scores : Site::attn_scores, cell_.layer,
                                  cell_.head);
    }
    const KeyRange& keys(bool of_source) const { return mask(of_source).keys(cell_.row); }
    /// The keys of the cell's own key axis; for cells of scores and patterns.
    const KeyRange& keys() const { return keys(has_source_keys(cell_.site)); }
    int n_slots(Domain d) const {
        return d == Domain::chosen && config_.is_moe()
                   ? trace_.plan().experts(cell_.layer, cell_.row).per_token
                   : config_.expert_slots();
    }
    bool interleaved() const {
        return cell_.site == Site::pos_embed ||
               config_.layer(cell_.layer).rope_pairs == RopePairs::interleaved;
    }
    int d_rotary() const { return config_.layer(cell_.layer).d_rotary; }
    bool leads() const { return interleaved() ? cell_.column % 2 == 0 : cell_.column < d_rotary() / 2; }
    int partner() const {
        const int half = d_rotary() / 2;
        if (interleaved()) return cell_.column ^ 1;
        return leads() ? cell_.column + half : cell_.column - half;
    }

    int pair() const { return interleaved() ? cell_.column / 2 : std::min(cell_.column, partner()); }

    /// The position of the key in the cell's column.
    int key_position() const { return trace_.plan(plan_.segment_begin + cell_.column).position; }

    double quantity(Quantity q) const {
        switch (q) {
        case Quantity::d_head: return config_.d_head;
        case Quantity::d_model: return config_.d_model;
        case Quantity::d_rotary: return d_rotary();
        case Quantity::eps: return config_.norm_eps;
        case Quantity::embed_scale: return config_.embed_scale;
        case Quantity::attn_scale: return config_.attn_scale;
        case Quantity::gain_offset: return config_.gain_offset;
        case Quantity::score_cap: return config_.score_cap;
        case Quantity::logit_cap: return config_.logit_cap;
        case Quantity::logit_scale: return config_.logit_scale;
        case Quantity::position: return plan_.position;
        case Quantity::theta: return trace_.positions().rope(cell_.layer).theta;
        case Quantity::pair: return pair();
        case Quantity::stretch:
            return trace_.positions().rope(cell_.layer).stretch[static_cast<std::size_t>(pair())];
        case Quantity::attention_factor: return trace_.positions().rope(cell_.layer).attention_factor;
        case Quantity::slope: return static_cast<double>(trace_.positions().slope(cell_.head));
        case Quantity::distance: return std::abs(plan_.position - key_position());
        case Quantity::shared_expert: return config_.n_experts + cell_.column - config_.experts_per_token;
        case Quantity::source_output: return source_output(*trace_.source(), cell_.row, cell_.column);
        }
        return 0;
    }

    std::vector<std::pair<int, int>> domain(Domain d) const {
        switch (d) {
        case Domain::d_model: return {{0, config_.d_model}};
        case Domain::d_head: return {{0, config_.d_head}};
        case Domain::d_mlp: return {{0, config_.d_mlp}};
        case Domain::heads: return {{0, config_.n_heads}};
        case Domain::kv_heads: return {{0, config_.n_kv_heads}};
        case Domain::experts: return {{0, config_.n_experts}};
        case Domain::slots:
        case Domain::chosen: return {{0, n_slots(d)}};
        case Domain::pooled_rows: {
            const auto [begin, end] = trace_.pooled_rows(cell_.row);
            return {{begin, end}};
        }
        case Domain::keys:
        case Domain::source_keys: break;
        }
        const bool of_source = d == Domain::source_keys;
        const int first = keys(of_source).first;
        std::vector<std::pair<int, int>> runs;
        mask(of_source).for_each_run(
            cell_.row, [&](int begin, int end) { runs.emplace_back(begin - first, end - first); });
        return runs;
    }

    /// The value of an index for this cell. With `as_row` the index stands for the row of a site, where a key
    /// means the key's row in the run instead of its column in the pattern.
    Affine affine(const Index& index, bool as_row = false) {
        using Kind = Index::Kind;
        if (index.through_expert) {
            Index slot = index;
            slot.through_expert = false;
            return {expert_in(affine(slot).base), {}};
        }
        const bool own_key = has_key_axis(cell_.site);
        const auto variable = static_cast<std::size_t>(index.variable);
        switch (index.kind) {
        case Kind::row: return {cell_.row, {}};
        case Kind::head: return {cell_.head, {}};
        case Kind::kv_head: return {cell_.head / config_.group_size(), {}};
        case Kind::column: return {cell_.column + (as_row && own_key ? keys().first : 0), {}};
        case Kind::partner: return {partner(), {}};
        case Kind::token: return {trace_.tokens()[cell_.row], {}};
        case Kind::position: return {plan_.position + config_.position_offset, {}};
        case Kind::bucket: return {trace_.positions().bucket(plan_.position, key_position()), {}};
        case Kind::bound: {
            if (fixed_[variable]) return {*fixed_[variable], {}};
            Affine a{as_row ? first_keys_[variable] : 0, {}};
            a.factor[variable] = 1;
            return a;
        }
        }
        return {};
    }

    /// The expert in a slot of the cell's row; 0 in a dense model.
    int expert_in(int slot) {
        if (!config_.is_moe()) return 0;
        const CellRef choice{cell_.run, Site::expert_indices, cell_.layer, -1, cell_.row, slot};
        if (!trace_.kept(Site::expert_indices, cell_.layer)) {
            result_.not_kept = SiteRef{Site::expert_indices, cell_.layer};
            return 0;
        }
        if (std::find(result_.expert_choices.begin(), result_.expert_choices.end(), choice) ==
            result_.expert_choices.end())
            result_.expert_choices.push_back(choice);
        return static_cast<int>(trace_.value(choice));
    }

    Term reference(const Expr& e) {
        Term t;
        t.op = Op::ref;
        t.cell.run = cell_.run;
        t.param = e.param;
        std::size_t head_stride = 0; // in values
        const std::size_t row_stride = e.param ? point_at_param(e, t) : point_at_site(e, t, head_stride);
        for (std::size_t v = 0; v < t.step.size(); ++v) {
            if (t.row.factor[v] || t.head.factor[v] || t.column.factor[v]) t.free |= 1u << v;
            t.step[v] = t.row.factor[v] * static_cast<std::ptrdiff_t>(row_stride) +
                        t.head.factor[v] * static_cast<std::ptrdiff_t>(head_stride) + t.column.factor[v];
        }
        if (t.free == 0)
            t.value = t.values ? static_cast<double>(*t.values) : std::numeric_limits<double>::quiet_NaN();
        return t;
    }

    /// Sets the cell, indices and values of a reference to a site. Returns the values from one row to the
    /// next; `head_stride` becomes those from one head to the next.
    std::size_t point_at_site(const Expr& e, Term& t, std::size_t& head_stride) {
        t.cell.site = e.site;
        t.cell.layer = layer_of(e, config_, cell_.layer);
        t.cell.head = has_head_axis(config_, e.site) ? 0 : -1;
        const auto at = [&](std::size_t i, bool as_row) { return affine(e.indices[i], as_row); };
        t.row = at(has_key_axis(e.site) ? 1 : 0, true);
        const bool one = site_row(e.site).axes.back() == Axis::one; // a number for each row, or head of it
        if (e.indices.size() == (one ? 2 : 3)) t.head = at(has_key_axis(e.site) ? 0 : 1, false);
        if (e.indices.size() > 1 && !one) t.column = at(e.indices.size() - 1, false);
        head_stride = static_cast<std::size_t>(trace_.width(e.site) / site_heads(config_, e.site));
        if (trace_.kept(e.site, t.cell.layer)) {
            t.values = trace_.row(e.site, t.cell.layer, t.row.base) +
                       static_cast<std::size_t>(t.head.base) * head_stride + t.column.base;
        } else {
            result_.not_kept = SiteRef{e.site, t.cell.layer};
        }
        return trace_.row_stride(e.site);
    }

    /// The same for a reference to a parameter, whose heads are part of its rows or columns.
    std::size_t point_at_param(const Expr& e, Term& t) {
        const Weights& weights = trace_.weights();
        const int d = config_.d_head;
        t.cell.param = e.table_index;
        const auto at = [&](std::size_t i) { return affine(e.indices[i]); };
        const auto in_head = [&](Affine head, const Affine& i) { // head * d_head + i
            head.base = head.base * d + i.base;
            for (std::size_t v = 0; v < head.factor.size(); ++v)
                head.factor[v] = head.factor[v] * d + i.factor[v];
            return head;
        };
        const auto select_expert = [&](const Affine& expert) {
            if (config_.is_moe())
                t.cell.param = find_param(trace_, *e.param, cell_.layer,
                                          trace_.plan().experts(cell_.layer, cell_.row).visited(expert.base));
        };
        switch (e.param->indices) {
        case ParamIndices::matrix: t.row = at(0), t.column = at(1); break;
        case ParamIndices::vector: t.column = at(0); break;
        case ParamIndices::into_heads: t.row = at(0), t.column = in_head(at(1), at(2)); break;
        case ParamIndices::head_vector: t.column = in_head(at(0), at(1)); break;
        case ParamIndices::from_heads: t.row = in_head(at(0), at(1)), t.column = at(2); break;
        case ParamIndices::expert_matrix: select_expert(at(0)), t.row = at(1), t.column = at(2); break;
        case ParamIndices::expert_vector: select_expert(at(0)), t.column = at(1); break;
        }
        const ParamRow& row = weights.table[static_cast<std::size_t>(t.cell.param)];
        t.column.base += joint_offset(config_, *e.param, row);
        const auto columns = static_cast<std::size_t>(row.shape.back());
        t.values = weights.values(row) + static_cast<std::size_t>(t.row.base) * columns + t.column.base;
        return columns;
    }

    const Trace& trace_;
    const ModelConfig& config_;
    CellRef cell_;
    const Trace::RowPlan& plan_;
    const Visibility visibility_;
    Resolved& result_;
    /// By bound variable that runs through keys: the row of the run that is key 0; else 0.
    std::array<int, k_max_bound_variables> first_keys_{};
    /// By bound variable of a sum that unrolled() writes out: the slot of the term at hand.
    std::array<std::optional<int>, k_max_bound_variables> fixed_{};
};

/// 0 / 0 is 0, so a row without a readable key gets the weights 0.
double ratio(double a, double b) { return a == 0 && b == 0 ? 0 : a / b; }

/// The value of a sum, mean, max or rank.
double reduce(const Term& t, BoundValues& v) {
    const Term& body = t.args[0];
    double sum = 0;
    if (t.op == Op::max) {
        sum = -k_infinity;
        for_each_iteration(t.loops, v, [&] { sum = std::max(sum, value_of(body, v)); });
        return std::isinf(sum) ? 0 : sum; // infinite if all are masked
    }
    if (t.op == Op::rank) {
        std::vector<std::pair<int, double>> all;
        for_each_iteration(t.loops, v,
                           [&] { all.emplace_back(static_cast<int>(all.size()), value_of(body, v)); });
        const auto wanted = all.begin() + static_cast<std::ptrdiff_t>(t.value);
        std::nth_element(all.begin(), wanted, all.end(), [&](const auto& a, const auto& b) {
            return t.choice->comes_before(a.first, a.second, b.first, b.second);
        });
        return wanted->first;
    }
    int n = 0;
    for_each_iteration(t.loops, v, [&] {
        sum += value_of(body, v);
        ++n;
    });
    return t.op == Op::mean ? ratio(sum, n) : sum;
}

} // namespace

double activation(Activation f, double x) {
    switch (f) {
    case Activation::silu: return x / (1 + std::exp(-x));
    case Activation::relu: return x > 0 ? x : 0;
    case Activation::gelu_tanh:
        return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)));
    case Activation::gelu: return 0.5 * x * (1 + std::erf(x * std::sqrt(0.5)));
    }
    return x;
}

double value_of(const Term& t, BoundValues& v) {
    if (t.free == 0) return t.value;
    const auto arg = [&](std::size_t i) { return value_of(t.args[i], v); };
    switch (t.op) {
    case Op::ref: {
        if (!t.values) return std::numeric_limits<double>::quiet_NaN();
        std::ptrdiff_t at = 0;
        for (std::size_t i = 0; i < v.size(); ++i) at += t.step[i] * v[i];
        return static_cast<double>(t.values[at]);
    }
    case Op::add: {
        double sum = 0;
        for (const Term& a : t.args) sum += value_of(a, v);
        return sum;
    }
    case Op::subtract: return arg(0) - arg(1);
    case Op::multiply: return arg(0) * arg(1);
    case Op::divide: return ratio(arg(0), arg(1));
    case Op::power: return std::pow(arg(0), arg(1));
    case Op::sqrt: return std::sqrt(arg(0));
    case Op::exp: return std::exp(arg(0));
    case Op::sin: return std::sin(arg(0));
    case Op::cos: return std::cos(arg(0));
    case Op::tanh: return std::tanh(arg(0));
    case Op::act: return activation(t.activation, arg(0));
    case Op::sum:
    case Op::mean:
    case Op::max:
    case Op::rank: return reduce(t, v);
    default: return t.value;
    }
}

const Trace::RowPlan& plan_of(const Trace& trace, Site site, int row) {
    switch (row_axis(site)) {
    case Axis::segment: return trace.plan(trace.segments()[static_cast<std::size_t>(row)].begin);
    case Axis::source: return trace.source()->plan(row);
    default: return trace.plan(row);
    }
}

bool has_head_axis(const ModelConfig& config, Site site) {
    const auto axes = site_row(site).axes;
    return axes.size() == 3 || (axes.back() == Axis::d_mlp && config.is_moe());
}

CellRef cell_at(const Term& ref, const BoundValues& v) {
    CellRef cell = ref.cell;
    cell.row = ref.row.at(v);
    if (cell.head >= 0) cell.head = ref.head.at(v);
    cell.column = ref.column.at(v);
    return cell;
}

Resolved resolve(const Trace& trace, const CellRef& cell, Visibility visibility) {
    Resolved result;
    const auto expr = specialise(tree_of(cell.site), trace.config(), cell.layer, &trace);
    if (expr) result.root = Resolver(trace, cell, visibility, result).resolve(*expr);
    return result;
}

} // namespace gf::formula
