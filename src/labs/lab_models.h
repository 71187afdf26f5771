#pragma once
// What experiments do with models: open one that ships, run it under a setup, read the cost of each token.

#include "core/trace.h"
#include "session/model.h"

#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace gf {

/// A model that ships, by its name. @throws Error if it is not there
std::shared_ptr<const Model> open_lab_model(const std::string& name);

/// A run over the tokens that keeps every site.
std::shared_ptr<const Trace> run_of(const Model& model, std::span<const int> tokens, RunSetup setup = {});

/// Nats of each token under the row before it: element t is that of token t; NaN for the first one.
std::vector<double> nats_of_tokens(const Trace& run);

/// A figure before it is measured.
inline constexpr double k_not_measured = std::numeric_limits<double>::quiet_NaN();

double mean_of(std::span<const double> values);
/// The middle one; of an even number the mean of the two in the middle. NaN for none.
double median_of(std::vector<double> values);

} // namespace gf
