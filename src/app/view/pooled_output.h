#pragma once
// What models give that draw no next token: classes with their probabilities, or a vector.

#include "session/snapshot.h"

#include <vector>

namespace gf::ui {

/// Whether the whole text is read, so that what is pooled from it is there.
bool is_pooled(const Snapshot& snapshot);

/// The classes of the text, the likeliest first.
struct ClassProbability {
    int id = 0;
    double probability = 0; ///< softmax of class_logits
    double logit = 0;
};
/// Fills `classes`; empty before the text is read. The model is a classifier.
void class_probabilities(const Snapshot& snapshot, std::vector<ClassProbability>& classes);

} // namespace gf::ui
