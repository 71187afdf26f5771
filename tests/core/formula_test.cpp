// Every site's formula against its cells; what it reads against what changes it; what a cell feeds against
// what reads it.

#include "core/formula/formula.h"
#include "core/formula/tree.h"

#include "support/compare.h"
#include "support/random_model.h"
#include "support/varied_setup.h"

#include <gmock/gmock.h>

#include <set>

namespace gf::tests::formula_test {
namespace {

constexpr int k_tokens = 9;

/// All cells of a row of a site, as references.
std::vector<CellRef> cells_of(const Trace& t, const SiteRef& s, int row) {
    const int heads = site_heads(t.config(), s.site), columns = t.width(s.site) / heads;
    const auto axes = site_row(s.site).axes;
    const bool headed = axes.size() == 3 || (axes.back() == Axis::d_mlp && t.config().is_moe());
    std::vector<CellRef> cells;
    for (int h = 0; h < heads; ++h)
        for (int j = 0; j < columns; ++j) cells.push_back({0, s.site, s.layer, headed ? h : -1, row, j});
    return cells;
}

std::string words(const CellRef& c) {
    return (c.param >= 0 ? "parameter " + std::to_string(c.param) : site_name(c.site, c.layer)) + " row " +
           std::to_string(c.row) + " head " + std::to_string(c.head) + " column " + std::to_string(c.column);
}

/// Whether the formula of every cell of rows [0, n) gives what the Trace holds.
void expect_formulas_hold(const Trace& trace, double tolerance) {
    for (const SiteRef& s : all_sites(trace.config()))
        for (int t = 0; t < trace.n_rows(s.site); ++t)
            for (const CellRef& cell : cells_of(trace, s, t))
                ASSERT_LE(difference(evaluate(trace, cell), static_cast<double>(trace.value(cell))),
                          tolerance)
                    << words(cell) << ": " << evaluate(trace, cell) << " but " << trace.value(cell);
}

class Formulas : public ::testing::TestWithParam<Preset> {
  protected:
    const ModelConfig& config() const { return GetParam().config; }
    std::shared_ptr<Weights> weights = random_weights(config());
    std::vector<int> tokens = random_tokens(config(), k_tokens);
    std::shared_ptr<Trace> plain = run(weights, tokens, GetParam().n_prefix);

    void expect_inverse(const Trace& run) const;
    /// Some cells of each site, the same ones each time.
    std::vector<CellRef> sample(int per_site, unsigned seed = 3) const {
        std::mt19937 random(seed);
        std::vector<CellRef> cells;
        for (const SiteRef& s : all_sites(config()))
            for (int i = 0; i < per_site; ++i) {
                const int rows = plain->n_rows(s.site);
                const auto all = cells_of(
                    *plain, s, i == 0 ? rows - 1 : static_cast<int>(random() % static_cast<unsigned>(rows)));
                cells.push_back(all[random() % all.size()]);
            }
        return cells;
    }
};
INSTANTIATE_TEST_SUITE_P(All, Formulas, ::testing::ValuesIn(presets()),
                         [](const auto& info) { return info.param.name; });

TEST_P(Formulas, GiveTheCells) { expect_formulas_hold(*plain, 1e-5); }

TEST_P(Formulas, GiveTheCellsOfAnEditedRunExceptTheEdited) {
    const CellRange pattern{
        .site = Site::pattern, .layer = 0, .row_begin = 3, .row_end = 6, .head_begin = 0, .head_end = 1};
    const CellRange stream{.site = Site::attn_out, .layer = 1, .row_begin = 2, .row_end = 3};
    const auto trace = run(
        weights, tokens, GetParam().n_prefix,
        {{pattern, Edit::Kind::values, {real(0.25)}, nullptr}, {stream, Edit::Kind::scale, {3}, nullptr}});
    for (const SiteRef& s : all_sites(config()))
        for (int t = 0; t < trace->n_rows(s.site); ++t)
            for (const CellRef& cell : cells_of(*trace, s, t)) {
                if (is_edited(*trace, cell)) continue;
                ASSERT_LE(difference(evaluate(*trace, cell), static_cast<double>(trace->value(cell))), 1e-5)
                    << words(cell);
            }
    const CellRef edited{0, Site::attn_out, 1, -1, 2, 3};
    EXPECT_TRUE(is_edited(*trace, edited));
    EXPECT_LE(difference(3 * evaluate(*trace, edited), static_cast<double>(trace->value(edited))), 1e-5);
}

TEST_P(Formulas, GiveTheCellsOfPaddedAndConcatenatedSequences) {
    const int n = k_tokens;
    if (config().positions == Positions::learned && config().n_ctx < n) return;
    const RunSetup setup{
        .segments = {{.begin = 0, .end = n, .pad_left = 2, .n_prefix = GetParam().n_prefix},
                     {.begin = n, .end = 2 * n, .pad_right = 3, .n_prefix = GetParam().n_prefix}}};
    const auto trace = empty_trace(weights, {2 * n}, setup);
    extend(*trace, random_tokens(config(), 2 * n));
    expect_formulas_hold(*trace, 1e-5);
}

bool any_contains(const std::vector<CellRange>& ranges, const CellRef& cell) {
    return std::ranges::any_of(ranges, [&](const CellRange& r) { return r.contains(cell); });
}

/// Whether some cell of a range differs between the two runs.
bool differs(const std::vector<CellRange>& ranges, const Trace& a, const Trace& b) {
    for (const CellRange& r : ranges) {
        if (r.param >= 0) continue; // the runs share the weights
        const int heads = site_heads(a.config(), r.site), columns = a.width(r.site) / heads;
        for (int t = r.row_begin; t < r.row_end; ++t)
            for (int h = r.head_begin; h < (r.head_end < 0 ? heads : r.head_end); ++h)
                for (int j = r.column_begin; j < (r.column_end < 0 ? columns : r.column_end); ++j) {
                    const CellRef cell{0, r.site, r.layer, h, t, j};
                    if (a.value(cell) != b.value(cell)) return true;
                }
    }
    return false;
}

/// An edit of one cell of each site: whatever then has another value was edited or reads something that has
/// another value, and what reads something else has (nearly always) another value.
TEST_P(Formulas, PrecedentsAreWhatACellDependsOn) {
    int changed = 0, unchanged = 0;
    for (const CellRef& edited : sample(1)) {
        if (!site_row(edited.site).editable || plain->value(edited) == -std::numeric_limits<real>::infinity())
            continue;
        const CellRange range{.site = edited.site,
                              .layer = edited.layer,
                              .row_begin = edited.row,
                              .row_end = edited.row + 1,
                              .head_begin = std::max(edited.head, 0),
                              .head_end = std::max(edited.head, 0) + 1,
                              .column_begin = edited.column,
                              .column_end = edited.column + 1};
        const auto trace =
            run(weights, tokens, GetParam().n_prefix,
                {{range, Edit::Kind::values, {plain->value(edited) * real(1.25) + real(0.5)}, nullptr}});
        for (const CellRef& cell : sample(4, 11)) {
            if (cell == edited) continue;
            const bool reads_change = differs(precedents(*plain, cell), *plain, *trace) ||
                                      differs(precedents(*trace, cell), *plain, *trace);
            const bool is_changed = plain->value(cell) != trace->value(cell);
            if (!reads_change) {
                EXPECT_FALSE(is_changed) << words(cell) << " after an edit of " << words(edited);
                continue;
            }
            const bool may_stay = cell.site == Site::expert_indices || cell.site == Site::expert_gates ||
                                  cell.site == Site::pattern || cell.site == Site::cross_pattern ||
                                  cell.site == Site::expert_weights ||
                                  cell.site == Site::mlp_post; // a maximum, a saturated function
            if (!may_stay) (is_changed ? changed : unchanged)++;
        }
    }
    EXPECT_GT(changed, 20);
    EXPECT_LE(unchanged, changed / 50) << "values too small to be seen";
}

TEST_P(Formulas, GiveTheCellsUnderASetup) {
    for (const bool ahead : {false, true}) {
        RunSetup setup = varied_setup(config(), k_tokens, ahead);
        setup.n_prefix = GetParam().n_prefix;
        if (ahead && config().is_moe()) setup.capacity_factor = 0.7, setup.experts_per_token = 1;
        const auto trace = empty_trace(weights, {k_tokens}, setup);
        extend(*trace, tokens);
        expect_formulas_hold(*trace, 1e-5);
    }
}

TEST_P(Formulas, DependentsAreTheInverseOfPrecedents) { expect_inverse(*plain); }

TEST_P(Formulas, DependentsAreTheInverseOfPrecedentsUnderASetup) {
    const auto trace = empty_trace(weights, {k_tokens}, varied_setup(config(), k_tokens, true));
    extend(*trace, tokens);
    expect_inverse(*trace);
}

/// Whether the dependents of some cells are the cells whose precedents these are.
void Formulas::expect_inverse(const Trace& run) const {
    // All cells of two layers that read any of some cells.
    std::vector<CellRef> wanted = sample(2);
    std::mt19937 random(5);
    for (std::size_t i = 0; i < weights->table.size(); ++i) {
        const ParamRow& row = weights->table[i];
        CellRef cell{.row = 0,
                     .column = static_cast<int>(random() % static_cast<unsigned>(row.shape.back())),
                     .param = static_cast<int>(i)};
        if (row.shape.size() > 1) cell.row = static_cast<int>(random() % static_cast<unsigned>(row.shape[0]));
        if (row.role == Role::embed) cell.row = tokens[4];
        if (row.role == Role::pos_embed) cell.row = 4;
        wanted.push_back(cell);
    }
    const int rows = config().pools() ? k_tokens : k_tokens - 1; // as if the last one were not yet computed
    std::vector<std::vector<CellRange>> fed;
    for (const CellRef& w : wanted) fed.push_back(dependents(run, rows, w));
    for (const SiteRef& s : all_sites(config()))
        for (int t = 0; t < run.n_rows(s.site); ++t)
            for (const CellRef& cell : cells_of(run, s, t)) {
                const std::vector<CellRange> read = precedents(run, cell);
                for (std::size_t i = 0; i < wanted.size(); ++i)
                    ASSERT_EQ(any_contains(fed[i], cell),
                              t < run.n_rows(s.site, rows) && any_contains(read, wanted[i]))
                        << words(cell) << " reads " << words(wanted[i]) << "?";
            }
}

TEST_P(Formulas, RangesDoNotOverlap) {
    for (const CellRef& cell : sample(3))
        for (const auto& ranges : {precedents(*plain, cell), dependents(*plain, k_tokens, cell)})
            for (std::size_t i = 0; i < ranges.size(); ++i)
                for (std::size_t j = 0; j < i; ++j)
                    EXPECT_FALSE(
                        ranges[j].contains({0, ranges[i].site, ranges[i].layer, ranges[i].head_begin,
                                            ranges[i].row_begin, ranges[i].column_begin, ranges[i].param}))
                        << words(cell);
}

void collect_sites(const formula::Expr& e, const ModelConfig& config, int layer, std::vector<SiteRef>& out) {
    const auto add = [&](const SiteRef& s) {
        if (std::find(out.begin(), out.end(), s) == out.end()) out.push_back(s);
    };
    if (e.op == formula::Op::ref) {
        if (!e.param) add({e.site, formula::layer_of(e, config, layer)});
        for (const formula::Index& i : e.indices)
            if (i.through_expert && config.is_moe()) add({Site::expert_indices, layer});
    }
    for (const formula::Expr& arg : e.args) collect_sites(arg, config, layer, out);
}

std::vector<SiteRef> site_inputs(const ModelConfig& config, const SiteRef& site) {
    std::vector<SiteRef> inputs;
    if (const auto expr = formula::specialise(formula::tree_of(site.site), config, site.layer, nullptr))
        collect_sites(*expr, config, site.layer, inputs);
    return inputs;
}

TEST_P(Formulas, InputsAreWhatPrecedentsName) {
    for (const SiteRef& s : all_sites(config())) {
        const auto key = [](const SiteRef& r) { return std::pair(r.site, r.layer); };
        std::set<std::pair<Site, int>> read, expected;
        for (int t = 0; t < plain->n_rows(s.site); ++t)
            for (const CellRef& cell : cells_of(*plain, s, t))
                for (const CellRange& r : precedents(*plain, cell))
                    if (r.param < 0) read.insert(key({r.site, r.layer}));
        for (const SiteRef& r : site_inputs(config(), s)) expected.insert(key(r));
        EXPECT_EQ(read, expected) << site_name(s.site, s.layer);
    }
}

TEST(FormulaTexts, NameEachSiteAndPartOnce) {
    for (const SiteRow& row : site_rows()) EXPECT_FALSE(row.formula.empty());
    for (const FormulaPart& part : formula_parts()) {
        bool used = false;
        for (const SiteRow& row : site_rows()) used |= row.formula.find(part.name) != std::string_view::npos;
        for (const FormulaPart& other : formula_parts())
            used |= other.text.find(part.name) != std::string_view::npos;
        EXPECT_TRUE(used) << part.name;
    }
}

TEST(FormulaValues, OfAParameterAreItsOwn) {
    const auto weights = random_weights(preset("llama").config);
    const auto trace = run(weights, {1, 2, 3});
    const CellRef cell{.row = 5, .column = 7, .param = 0};
    EXPECT_EQ(evaluate(*trace, cell), static_cast<double>(weights->embed[5 * weights->config.d_model + 7]));
    EXPECT_TRUE(precedents(*trace, cell).empty());
}

TEST(FormulaValues, AreUnknownWhereTheTraceDoesNotKeepWhatTheyNeed) {
    for (const char* name : {"llama", "mixtral"}) {
        Trace trace(random_weights(preset(name).config), TraceShape{6, Keep::residual});
        extend(trace, std::vector<int>{1, 2, 3, 4, 5, 6});
        EXPECT_TRUE(std::isnan(evaluate(trace, {0, Site::resid_post, 1, -1, 3, 2})));
        EXPECT_FALSE(precedents(trace, {0, Site::resid_post, 1, -1, 3, 2}).empty());
        EXPECT_FALSE(dependents(trace, 6, {0, Site::resid_mid, 1, -1, 3, 2}).empty());
        const CellRef kept{0, Site::resid_pre, 1, -1, 3, 2};
        EXPECT_EQ(evaluate(trace, kept), static_cast<double>(trace.value(kept)));
    }
}

} // namespace
} // namespace gf::tests::formula_test
