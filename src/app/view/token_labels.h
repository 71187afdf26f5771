#pragma once
// How the tokens of the open model are written on screen: in the order in which they are read, and never as
// boxes. Used by everything in the window that shows tokens.
// A label is made once for each token, so that frames allocate nothing.

#include "session/run.h"

#include <string>
#include <vector>

namespace gf::ui {

class TokenLabels {
  public:
    /// From now on the labels are those of this model; null: none. The workbench calls this in every frame.
    void set_model(const std::shared_ptr<const Model>& model);
    /// The label of a token that stands by itself: a leading space is a raised dot, a line break a sign.
    /// @throws std::out_of_range for an id that is not in the vocabulary.
    const std::string& label(int token);
    /// The label of a token within running text: as label(), but a leading space stays a space.
    /// @throws std::out_of_range for an id that is not in the vocabulary.
    const std::string& inline_label(int token);

  private:
    struct Labels {
        std::string standalone, in_text; ///< empty until one of them is asked for
        bool has_glyphs = false;         ///< whether all characters are known to have one
    };
    const Labels& labels_of(int token);
    static void spell_out_missing(Labels& labels);

    std::shared_ptr<const Model> model_;
    std::vector<Labels> labels_; ///< [d_vocab]
};

/// The labels of the program's one window.
TokenLabels& token_labels();

/// Whether the position holds what every text of the model begins with, which is no word of the text.
bool is_start(const Run& run, int position);
/// As TokenLabels::label() and inline_label(), but such a start is called "start".
const std::string& label_at(const Run& run, int position);
const std::string& inline_label_at(const Run& run, int position);

} // namespace gf::ui
