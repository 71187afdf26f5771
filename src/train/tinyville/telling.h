#pragma once
// From a tree of the grammar to text with labels.

#include "train/tinyville/label.h"
#include "train/tinyville/world.h"

namespace gf::tinyville {

/// The choices of plot of one document, in the order in which the tree meets them.
struct Template {
    std::string id; ///< "lost/0.2.1"
    std::vector<int> choices;
};

struct Telling {
    std::string text;
    std::vector<Label> labels;
};

/// Draws the choices of plot.
Template draw_template(const DocumentKind& kind, Draw& draw);

/// The split of a template. Of a kind with few templates each split gets its share by rank (with less than
/// three: all train).
Split split_of_template(const std::string& template_id);

/// Words the document: `draw` decides the wordings, `plot` and `cast` all the rest.
Telling tell(const DocumentKind& kind, const Template& plot, const Cast& cast, Draw& draw);

/// The words by which a role is called once it is known: "Mira", "red kite", "the old mill".
std::string called(const DocumentKind& kind, char role, const std::vector<int>& values);

} // namespace gf::tinyville
