#include "labs/lab_models.h"

#include "core/passes/forward.h"
#include "models/shipped.h"
#include "train/losses.h"

#include <algorithm>
#include <limits>

namespace gf {

std::shared_ptr<const Model> open_lab_model(const std::string& name) {
    return open_model(shipped_models_folder() / name, {});
}

std::shared_ptr<const Trace> run_of(const Model& model, std::span<const int> tokens, RunSetup setup) {
    auto trace = std::make_shared<Trace>(
        model.weights, TraceShape{.capacity = static_cast<int>(tokens.size())}, std::move(setup));
    extend(*trace, tokens);
    return trace;
}

std::vector<double> nats_of_tokens(const Trace& run) {
    const auto n = static_cast<std::size_t>(run.n_tokens());
    std::vector<double> nats(n, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t t = 1; t < n; ++t)
        nats[t] = cross_entropy(run.row(Site::logits, -1, static_cast<int>(t) - 1), run.config().d_vocab,
                                run.tokens()[t], 1, nullptr)
                      .nats;
    return nats;
}

double mean_of(std::span<const double> values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

double median_of(std::vector<double> values) {
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    std::sort(values.begin(), values.end());
    const std::size_t n = values.size();
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

} // namespace gf
