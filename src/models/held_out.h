#pragma once
// The data on which the models that ship are measured: Tinyville's test split. No model has
// seen one of its people, templates or questions in training. Used by the measures
// (models/measure.h) and `glassformer models`.

#include "core/trace.h"
#include "models/shipped.h"
#include "session/model.h"
#include "train/tinyville_data.h"

#include <memory>
#include <vector>

namespace gf {

/// Figures and hashes are taken from this many bytes at the beginning of a
/// corpus, so that a check takes seconds.
inline constexpr std::uint64_t k_measured_bytes = 4'000'000;

/// The corpus that the model was trained on, cut to k_measured_bytes.
tinyville::CorpusOptions measured_corpus(const TrainConfig& config);

/// A hash of measured_corpus() as 16 hexadecimal digits. It changes with the grammar, the
/// world and the random-number generator.
std::string corpus_hash(const TrainConfig& config);

/// The first n documents of the test split. `only` names kinds or groups of documents; if it is empty, the
/// corpus's own choice counts.
std::vector<tinyville::Document> held_out_documents(tinyville::CorpusOptions corpus, std::size_t n,
                                                    std::vector<std::string> only = {});

/// The tasks in the documents that show this phenomenon; all tasks if it is empty.
std::vector<TinyvilleExample> held_out_tasks(const std::vector<tinyville::Document>& documents,
                                             std::string_view phenomenon);

/// The test split in the form on which the model was trained (a distilled model: next tokens), in windows of
/// `length` tokens. All its items are items that the Dataset keeps for validation.
std::unique_ptr<const Dataset> held_out_data(const TrainConfig& config, const Model& model, int length);

/// Mean nats per target of the model's objective, on the first 16,384 tokens or so of held_out_data().
double held_out_loss(const TrainConfig& config, const Model& model);

/// The document's tokens behind an end-of-text token, cut to the model's context.
std::vector<int> document_tokens(const Model& model, const tinyville::Document& document);

/// A run over the tokens that keeps every site.
std::shared_ptr<const Trace> full_trace(const Model& model, const std::vector<int>& tokens);

/// The index of the largest of n values; the first one if several are equal.
int argmax(const real* values, int n);

} // namespace gf
