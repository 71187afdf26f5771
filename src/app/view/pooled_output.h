#pragma once
// What models give that do not predict tokens: classifiers give classes with their probabilities, models of
// text embeddings one vector. Used by Flow and Sampling.

#include "app/view/view.h"

#include <vector>

namespace gf::ui {

/// Whether the whole text is read, so that the vector pooled from it is there.
bool has_pooled_output(const View& view);

struct ClassProbability {
    int id = 0;             ///< index of the class
    double probability = 0; ///< softmax of class_logits
    double logit = 0;
};
/// Fills `classes` with the classes of the text, the likeliest first; it is empty until the text is read. The
/// model must be a classifier.
void class_probabilities(const View& view, std::vector<ClassProbability>& classes);

} // namespace gf::ui
