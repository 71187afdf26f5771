#pragma once
// What the models that ship are measured on: the test split, of which no model has seen a person, a template
// or a question.

#include "core/trace.h"
#include "models/shipped.h"
#include "session/model.h"
#include "train/tinyville_data.h"

#include <memory>
#include <vector>

namespace gf {

/// Bytes of the corpus that figures and hashes are taken from: its beginning, so that a check takes seconds.
inline constexpr std::uint64_t k_measured_bytes = 4'000'000;

/// The model's corpus, cut to k_measured_bytes.
tinyville::CorpusOptions measured_corpus(const TrainConfig& config);

/// Of measured_corpus(), as 16 hexadecimal digits: another grammar, world or random-number generator gives
/// another.
std::string corpus_hash(const TrainConfig& config);

/// Documents of the test split: the first n of the corpus, of those kinds and groups (empty: all that it
/// has).
std::vector<tinyville::Document> held_out_documents(tinyville::CorpusOptions corpus, std::size_t n,
                                                    std::vector<std::string> only = {});

/// Their tasks with this phenomenon (empty: all).
std::vector<TinyvilleExample> held_out_tasks(const std::vector<tinyville::Document>& documents,
                                             std::string_view phenomenon);

/// The test split as what the model was trained on, in windows of that many tokens (of a distilled model:
/// next tokens). Its items are those that Data keeps for validation.
std::unique_ptr<const Data> held_out_data(const TrainConfig& config, const Model& model, int length);

/// Mean nats per target of the model's objective on the first of held_out_data().
double held_out_loss(const TrainConfig& config, const Model& model);

/// An end of text, and the document.
std::vector<int> document_tokens(const Model& model, const tinyville::Document& document);

/// A run over the tokens that keeps everything.
std::shared_ptr<const Trace> run_over(const Model& model, const std::vector<int>& tokens);

/// The id of the largest of n values, the first of equals.
int likeliest(const real* values, int n);

} // namespace gf
