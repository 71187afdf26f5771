#pragma once
// Writes running text: from a tree of the grammar and a cast to text with labels. Used to draw documents
// (corpus.cpp) and by tests of the judge.

#include "train/tinyville/cast.h"
#include "train/tinyville/label.h"

#include <string>
#include <vector>

namespace gf::tinyville {

/// The choices of plot of one document, in the order in which the tree meets them.
struct Template {
    std::string id; ///< "lost/0.2.1"
    std::vector<int> choices;
};

Template draw_template(const ProseKind& kind, RandomStream& random);

/// Mostly by hash. A kind with few templates gives each split its share by rank, and one with less than three
/// gives all of them to training.
Split split_of_template(const std::string& template_id);

/// Text of this kind, plot and cast. `random` decides the wordings.
LabelledText write_prose(const ProseKind& kind, const Template& plot, const Cast& cast, RandomStream& random);

} // namespace gf::tinyville
