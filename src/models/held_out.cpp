#include "models/held_out.h"

#include "core/passes/forward.h"
#include "platform/threads.h"
#include "train/batch_gradient.h"

#include <algorithm>
#include <thread>

namespace gf {
namespace {

constexpr std::size_t k_loss_targets = 16'384; ///< so many are enough for a loss, and take seconds
constexpr int k_batch_items = 16;

/// A distilled model is measured without its teacher, on the next token.
Objective measured_objective(const TrainConfig& config) {
    return config.objective == Objective::distillation ? Objective::next_token : config.objective;
}

} // namespace

tinyville::CorpusOptions measured_corpus(const TrainConfig& config) {
    tinyville::CorpusOptions corpus = config.data.tinyville;
    corpus.size = std::min(corpus.size, k_measured_bytes);
    return corpus;
}

std::string corpus_hash(const TrainConfig& config) {
    tinyville::CorpusHash hash;
    tinyville::for_each_document(measured_corpus(config), [&](const tinyville::Document& d, std::uint64_t) {
        hash.add(d.split, tinyville::file_text(d));
    });
    return tinyville::hex_digits(hash.value());
}

std::vector<tinyville::Document> held_out_documents(tinyville::CorpusOptions corpus, std::size_t n,
                                                    std::vector<std::string> only) {
    if (!only.empty()) corpus.only = std::move(only);
    const tinyville::DocumentSource source(corpus);
    std::vector<tinyville::Document> documents;
    for (std::uint64_t number = 0; documents.size() < n; ++number)
        if (tinyville::Document d = source.draw(number); d.split == tinyville::Split::test)
            documents.push_back(std::move(d));
    return documents;
}

std::vector<TinyvilleExample> held_out_tasks(const std::vector<tinyville::Document>& documents,
                                             std::string_view phenomenon) {
    std::vector<TinyvilleExample> tasks;
    for (const tinyville::Document& d : documents)
        for (TinyvilleExample& e : tinyville_examples(d))
            if (phenomenon.empty() || e.phenomenon == phenomenon) tasks.push_back(std::move(e));
    return tasks;
}

std::unique_ptr<const Dataset> held_out_data(const TrainConfig& config, const Model& model, int length) {
    DataConfig data = config.data;
    data.tinyville = measured_corpus(config);
    return load_dataset(data, measured_objective(config), *model.tokenizer, length, tinyville::Split::test);
}

double held_out_loss(const TrainConfig& config, const Model& model) {
    const int length = config.batch.length > 0 ? config.batch.length : model.config().n_ctx;
    const auto data = held_out_data(config, model, length);
    GradientOptions options{.objective = measured_objective(config)};
    // The sums do not depend on the number of threads.
    options.n_threads = n_processors();
    BatchGradient gradient(model.weights, options);
    LossSum sum;
    std::size_t n_targets = 0;
    for (std::size_t item = 0; item < data->n_validation() && n_targets < k_loss_targets;) {
        Batch batch;
        for (int i = 0; i < k_batch_items && item < data->n_validation(); ++i)
            data->append_validation(item++, batch);
        for (const Sequence& s : batch.sequences) n_targets += s.tokens.size();
        sum += gradient.evaluate(batch);
    }
    return sum.mean();
}

std::vector<int> document_tokens(const Model& model, const tinyville::Document& document) {
    std::vector<int> tokens = model.tokenizer->encode(document.text, false);
    tokens.insert(tokens.begin(), *model.tokenizer->eos_id());
    if (static_cast<int>(tokens.size()) > model.config().n_ctx)
        tokens.resize(static_cast<std::size_t>(model.config().n_ctx));
    return tokens;
}

std::shared_ptr<const Trace> full_trace(const Model& model, const std::vector<int>& tokens) {
    auto trace =
        std::make_shared<Trace>(model.weights, TraceShape{static_cast<int>(tokens.size()), Keep::all});
    extend(*trace, tokens);
    return trace;
}

int argmax(const real* values, int n) {
    return static_cast<int>(std::max_element(values, values + n) - values);
}

} // namespace gf
