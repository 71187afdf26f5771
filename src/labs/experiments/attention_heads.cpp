#include "labs/experiments/attention_heads.h"

#include "labs/experiments/repeated_segments.h"
#include "labs/lab_models.h"
#include "measures/head_roles.h"
#include "models/held_out.h"
#include "train/seeded_random.h"
#include "train/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace gf {
namespace {

constexpr int k_d_vocab = 64, k_length = 64; ///< of the models that are trained here
constexpr int k_score_every = 20;            ///< steps
constexpr std::uint32_t k_pair_draw = 1;     ///< number of the draws that choose pairs of heads

enum class Ablation { zero, mean };
std::string_view name(Ablation a) { return a == Ablation::zero ? "zero" : a == Ablation::mean ? "mean" : ""; }

struct HeadControls {
    Ablation switched_off_to = Ablation::zero;
    static constexpr std::array<ControlHelp, 1> k_help{
        {{"switched_off_to", "switched off to",
          "What a head gives when it is off: nothing, or the mean of what it gives in this text."}}};
    static void fields(auto& c, auto visit) { visit("switched_off_to", c.switched_off_to); }
};

struct Head {
    int layer = 0, head = 0;
    bool operator==(const Head&) const = default;
    std::string words() const { return fmt::format("L{}H{}", layer, head); }
};

/// A list that is written twice more, and what its words cost.
struct List {
    std::vector<int> tokens;
    int begin = 0, arrow = 0, end = 0; ///< the first list's first word; "->"; behind the last word
    std::vector<double> nats;          ///< of each token, with all heads on
    /// Mean nats of the words behind the arrow.
    double copies(const std::vector<double>& of) const {
        return mean_of(std::span(of).subspan(static_cast<std::size_t>(arrow) + 1,
                                             static_cast<std::size_t>(end - arrow - 1)));
    }
    double first(const std::vector<double>& of) const {
        return mean_of(
            std::span(of).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(arrow - begin)));
    }
};

List read_list(const Model& model, const tinyville::Document& document) {
    List list;
    list.tokens = document_tokens(model, document);
    const auto text_of = [&](std::size_t t) { return model.tokenizer->token_bytes(list.tokens[t]); };
    for (std::size_t t = 0; t < list.tokens.size(); ++t) {
        if (list.begin == 0 && text_of(t).find(':') != std::string::npos)
            list.begin = static_cast<int>(t) + 1;
        if (text_of(t).find("->") != std::string::npos) list.arrow = static_cast<int>(t);
        if (text_of(t).find('\n') == std::string::npos) list.end = static_cast<int>(t) + 1;
    }
    return list;
}

/// The edit that makes what a head gives 0.
Edit switched_off(Head h) {
    Edit edit;
    edit.range = {.site = Site::z, .layer = h.layer, .head_begin = h.head, .head_end = h.head + 1};
    edit.values = {0};
    return edit;
}

/// The one that makes it the mean of what it gives in this run.
Edit averaged(const Trace& run, Head h) {
    const int d_head = run.config().d_head, rows = run.n_tokens();
    std::vector<real> mean(static_cast<std::size_t>(d_head));
    for (int r = 0; r < rows; ++r)
        for (int i = 0; i < d_head; ++i)
            mean[static_cast<std::size_t>(i)] +=
                run.value({0, Site::z, h.layer, h.head, r, i}) / static_cast<real>(rows);
    Edit edit = switched_off(h);
    edit.kind = Edit::Kind::values;
    edit.range.row_end = rows;
    edit.values.clear();
    for (int r = 0; r < rows; ++r) edit.values.insert(edit.values.end(), mean.begin(), mean.end());
    return edit;
}

/// Two layers of attention, or one, without anything else.
ModelConfig attention_only(int n_layers) {
    ModelConfig c;
    c.d_model = 64, c.n_layers = n_layers, c.n_heads = c.n_kv_heads = 4, c.d_head = 16, c.d_mlp = 64;
    c.n_ctx = k_length, c.d_vocab = k_d_vocab, c.mlp = MlpKind::none, c.tied_embeddings = false;
    c.rope_theta = 100;
    return c;
}

TrainingSetup small_training(int n_layers, std::uint64_t seed, int steps) {
    TrainingSetup setup;
    setup.config.lr = 0.005, setup.config.steps = steps, setup.config.seed = seed, setup.config.threads = 1;
    setup.config.optimiser.weight_decay = 0;
    setup.config.schedule.kind = ScheduleKind::constant, setup.config.schedule.warmup_steps = 20;
    setup.config.batch.sequences = 16, setup.config.batch.length = k_length;
    setup.config.evaluate_every = setup.config.checkpoint_every = std::int64_t{1} << 40;
    setup.data = std::make_shared<RepeatedSegments>(k_d_vocab, k_length);
    auto weights = std::make_shared<Weights>(attention_only(n_layers));
    randomize(*weights, derived_seed(seed, SeedPurpose::weights, 0), 0.1);
    setup.weights = std::move(weights);
    return setup;
}

/// The best induction score of any head on texts that no training has seen.
double best_induction(const std::shared_ptr<const Weights>& weights) {
    constexpr std::size_t k_texts = 4;
    const ModelConfig& c = weights->config;
    const Model model{.name = "", .weights = weights, .tokenizer = nullptr, .warnings = {}};
    std::vector<double> sums(static_cast<std::size_t>(c.n_layers * c.n_heads));
    Batch batch;
    for (std::size_t n = 0; n < k_texts; ++n)
        RepeatedSegments(k_d_vocab, k_length).append_validation(n, batch);
    for (const Sequence& text : batch.sequences) {
        HeadRoles roles;
        roles.advance({.trace = run_of(model, text.tokens), .rows = k_length});
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] += roles
                           .score(static_cast<int>(i) / c.n_heads, static_cast<int>(i) % c.n_heads,
                                  HeadRole::induction, k_length)
                           .value_or(0) /
                       k_texts;
    }
    return *std::max_element(sums.begin(), sums.end());
}

class AttentionHeads : public ExperimentWith<HeadControls> {
  protected:
    void plan() override {
        lists_.clear(), pairs_.clear(), single_.clear();
        trainings_.clear();
        both_off_ = k_not_measured;
        model_ = open_lab_model("story");
        const int n_heads = model_->config().n_layers * model_->config().n_heads;
        sums_.assign(static_cast<std::size_t>(n_heads), 0);
        n_queries_ = 0;
        add_stage("reading lists with all heads", full_or(8, 2), [this](int i) { read(i); });
        add_stage("switching the two best copiers off", 1,
                  [this](int) { both_off_ = cost_without(copiers()); });
        add_stage("switching two other heads off", full_or(40, 4), [this](int i) { switch_pair(i); });
        add_stage("switching each head off", n_heads,
                  [this](int i) { single_.push_back(cost_without({head_at(i)})); });
        for (const int n_layers : {2, 1})
            add_stage(
                fmt::format("training {} {} of attention", n_layers, n_layers == 1 ? "layer" : "layers"),
                full_or(25, 2), [this, n_layers](int slice) { train(n_layers, slice); }, 8);
    }
    void show(LabResults& out) const override;

  private:
    struct Training {
        std::unique_ptr<Trainer> trainer;
        PlotSeries score;
        PlotSeries loss;
    };

    Head head_at(int i) const { return {i / model_->config().n_heads, i % model_->config().n_heads}; }
    int index_of(Head h) const { return h.layer * model_->config().n_heads + h.head; }
    void read(int i);
    std::vector<Head> copiers() const;
    double cost_without(const std::vector<Head>& heads) const;
    void switch_pair(int i);
    void train(int n_layers, int slice);
    double copies() const;
    double first() const;
    double score(Head h) const {
        return sums_[static_cast<std::size_t>(index_of(h))] / std::max(n_queries_, 1.0);
    }
    int costliest() const {
        return static_cast<int>(std::max_element(single_.begin(), single_.end()) - single_.begin());
    }
    bool has_all_single() const { return single_.size() == sums_.size(); }
    void show_heads(LabResults& out) const;
    void show_words(LabResults& out) const;
    void show_training(LabResults& out) const;

    std::shared_ptr<const Model> model_;
    std::vector<List> lists_;
    std::vector<double> sums_; ///< by head: induction score times queries
    double n_queries_ = 0, both_off_ = k_not_measured;
    std::vector<std::pair<std::array<Head, 2>, double>> pairs_; ///< with what the copies then cost
    std::vector<double> single_;                                ///< by head: what the copies cost without it
    std::vector<Training> trainings_;                           ///< of two layers, then of one
};

void AttentionHeads::read(int i) {
    const auto n = static_cast<std::size_t>(i) + 1;
    const auto documents = held_out_documents({.seed = 1000 + seed()}, n, {"twice"});
    List list = read_list(*model_, documents.back());
    const auto run = run_of(*model_, list.tokens);
    list.nats = nats_of_tokens(*run);
    HeadRoles roles;
    roles.advance({.trace = run, .rows = run->n_tokens()});
    const int queries = roles.queries(HeadRole::induction, roles.rows());
    for (std::size_t h = 0; h < sums_.size(); ++h) {
        const Head head = head_at(static_cast<int>(h));
        sums_[h] +=
            queries * roles.score(head.layer, head.head, HeadRole::induction, roles.rows()).value_or(0);
    }
    n_queries_ += queries;
    lists_.push_back(std::move(list));
}

/// The two heads with the best induction scores.
std::vector<Head> AttentionHeads::copiers() const {
    std::vector<int> order;
    for (int i = 0; i < static_cast<int>(sums_.size()); ++i) order.push_back(i);
    std::partial_sort(order.begin(), order.begin() + 2, order.end(), [&](int a, int b) {
        return sums_[static_cast<std::size_t>(a)] > sums_[static_cast<std::size_t>(b)];
    });
    return {head_at(order[0]), head_at(order[1])};
}

/// Mean nats of a copied word with these heads off, over a few of the lists.
double AttentionHeads::cost_without(const std::vector<Head>& heads) const {
    const std::size_t n = std::min<std::size_t>(lists_.size(), 3);
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const bool to_mean = controls_.switched_off_to == Ablation::mean;
        const auto whole = to_mean ? run_of(*model_, lists_[i].tokens) : nullptr;
        RunSetup setup;
        for (const Head h : heads) setup.edits.push_back(whole ? averaged(*whole, h) : switched_off(h));
        const auto run = run_of(*model_, lists_[i].tokens, std::move(setup));
        sum += lists_[i].copies(nats_of_tokens(*run));
    }
    return sum / static_cast<double>(n);
}

/// Two heads that are no copiers, drawn by chance.
void AttentionHeads::switch_pair(int i) {
    const std::vector<Head> best = copiers();
    std::array<Head, 2> pair;
    std::uint32_t n = 0;
    const auto draw = [&] {
        for (;; ++n) {
            const Head h = head_at(static_cast<int>(
                random_below(sums_.size(), seed() + k_pair_draw, static_cast<std::uint32_t>(i), n)));
            if (std::find(best.begin(), best.end(), h) == best.end()) return ++n, h;
        }
    };
    pair[0] = draw();
    do pair[1] = draw();
    while (pair[1] == pair[0]);
    pairs_.emplace_back(pair, cost_without({pair[0], pair[1]}));
}

void AttentionHeads::train(int n_layers, int slice) {
    if (slice == 0) {
        trainings_.push_back(
            {std::make_unique<Trainer>(small_training(n_layers, seed(), full_or(25, 2) * k_score_every)),
             {},
             {}});
        trainings_.back().score.name = trainings_.back().loss.name =
            n_layers == 1 ? "one layer" : "two layers";
    }
    Training& t = trainings_.back();
    double loss = 0;
    for (int i = 0; i < k_score_every; ++i) loss = t.trainer->step().loss;
    const auto step = static_cast<double>(t.trainer->n_steps_done());
    t.score.x.push_back(step), t.score.y.push_back(best_induction(t.trainer->weights()));
    t.loss.x.push_back(step), t.loss.y.push_back(loss);
}

double AttentionHeads::copies() const {
    std::vector<double> each;
    for (const List& list : lists_) each.push_back(list.copies(list.nats));
    return each.empty() ? k_not_measured : mean_of(each);
}

double AttentionHeads::first() const {
    std::vector<double> each;
    for (const List& list : lists_) each.push_back(list.first(list.nats));
    return each.empty() ? k_not_measured : mean_of(each);
}

void AttentionHeads::show_words(LabResults& out) const {
    Curves curves{
        .x = {"word of the text", "", false}, .y = {"cost of the word", "nats", false}, .series = {}};
    if (!lists_.empty()) {
        PlotSeries all{.name = "all heads on", .x = {}, .y = {}};
        const List& list = lists_[0];
        for (int t = list.begin; t < list.end; ++t)
            all.x.push_back(t - list.begin), all.y.push_back(list.nats[static_cast<std::size_t>(t)]);
        curves.series.push_back(std::move(all));
    }
    out.plots.push_back({"words", "What each word costs",
                         "The first list is new to the model; its copies are not.", std::move(curves)});
}

void AttentionHeads::show_heads(LabResults& out) const {
    const ModelConfig& c = model_->config();
    HeatGrid grid{.x = {"head", "", false},
                  .y = {"layer", "", false},
                  .unit = "induction score",
                  .columns = {},
                  .rows = {},
                  .values = {}};
    for (int h = 0; h < c.n_heads; ++h) grid.columns.push_back(fmt::format("H{}", h));
    for (int l = 0; l < c.n_layers; ++l) grid.rows.push_back(fmt::format("L{}", l));
    HeatGrid costs = grid;
    costs.unit = "nats a copied word", costs.high = 5;
    for (std::size_t i = 0; i < sums_.size(); ++i) {
        grid.values.push_back(n_queries_ > 0 ? score(head_at(static_cast<int>(i))) : k_not_measured);
        costs.values.push_back(i < single_.size() ? single_[i] : k_not_measured);
    }
    out.plots.push_back(
        {"scores", "Who copies", "Weight on the word that came next the last time.", std::move(grid)});
    out.plots.push_back(
        {"costs", "Each head off", "What a copied word costs without this head.", std::move(costs), true});
    PlotTable table{.columns = {"heads off", "a copied word costs", ""}, .rows = {}};
    if (std::isfinite(both_off_))
        table.rows.push_back({copiers()[0].words() + ", " + copiers()[1].words(),
                              fmt::format("{:.2f} nats", both_off_), "the two best scores"});
    auto sorted = pairs_;
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    for (const auto& [pair, cost] : sorted)
        table.rows.push_back({pair[0].words() + ", " + pair[1].words(), fmt::format("{:.4f} nats", cost),
                              cost > 0.2 ? "an exception: no score names them" : ""});
    out.plots.push_back({"pairs", "Two heads off",
                         "Most pairs of other heads do no harm to copying, a few do.", std::move(table),
                         true});
}

void AttentionHeads::show_training(LabResults& out) const {
    Curves scores{.x = {"step", "", false}, .y = {"best induction score", "", false}, .series = {}};
    Curves losses{.x = {"step", "", false}, .y = {"loss", "nats", false}, .series = {}};
    for (const Training& t : trainings_) scores.series.push_back(t.score), losses.series.push_back(t.loss);
    out.plots.push_back(
        {"forming", "Induction forms", "Two layers find it, one cannot.", std::move(scores), true});
    out.plots.push_back(
        {"loss", "Loss while training", "The loss falls when the score rises.", std::move(losses), true});
}

void AttentionHeads::show(LabResults& out) const {
    if (!model_) return;
    show_words(out);
    show_heads(out);
    show_training(out);
    const bool scored = n_queries_ > 0, all_pairs = static_cast<int>(pairs_.size()) == full_or(40, 4);
    std::vector<double> costs;
    for (const auto& pair : pairs_) costs.push_back(pair.second);
    const auto final_score = [&](std::size_t i) {
        return i < trainings_.size() && trainings_[i].trainer->is_finished() ? trainings_[i].score.y.back()
                                                                             : k_not_measured;
    };
    const auto claim = [&](const char* id, const char* words, const char* unit, Comparison comparison,
                           double threshold, double measured) {
        out.claims.push_back({.id = id,
                              .statement = words,
                              .unit = unit,
                              .comparison = comparison,
                              .threshold = threshold,
                              .measured = measured});
    };
    claim("copier", "A head of story copies: the best induction score", "", Comparison::above, 0.5,
          scored ? score(copiers()[0]) : k_not_measured);
    claim("copies-are-free", "With all heads on, a copied word costs next to nothing", "nats",
          Comparison::below, 0.05, copies());
    claim("both-off", "With the two best copiers off, a copied word costs", "nats", Comparison::above, 1,
          both_off_);
    claim("others-off", "With two other heads off, in the median draw, it costs", "nats", Comparison::below,
          0.2, all_pairs ? median_of(costs) : k_not_measured);
    claim("two-layers", "Trained here, two layers of attention: induction score", "", Comparison::above, 0.7,
          final_score(0));
    claim("one-layer", "Trained here, one layer: induction score", "", Comparison::below, 0.15,
          final_score(1));
    out.answers["best_copier"] = scored ? copiers()[0].words() : "";
    out.answers["costliest_head"] = has_all_single() ? head_at(costliest()).words() : "";
    out.answers["first_list"] = scored ? fmt::format("{:.2f}", first()) : "";
    out.answers["both_off"] = std::isfinite(both_off_) ? fmt::format("{:.2f}", both_off_) : "";
    out.answers["copier_off"] =
        has_all_single() ? fmt::format("{:.2f}", single_[static_cast<std::size_t>(index_of(copiers()[0]))])
                         : "";
}

} // namespace

std::unique_ptr<Experiment> make_attention_heads() { return std::make_unique<AttentionHeads>(); }

} // namespace gf
