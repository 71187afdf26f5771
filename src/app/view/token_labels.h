#pragma once
// How the tokens of the open model are written on screen: in the order in which they are read, and never as
// boxes. Used by everything in the window that shows tokens.
// A label is made once for each token, so that frames allocate nothing.

#include "session/run.h"

#include <list>
#include <memory>
#include <string>
#include <vector>

namespace gf::ui {

class TokenLabels {
  public:
    /// From now on the labels are those of this model; null: none. The workbench calls this in every frame,
    /// and again for each panel that shows a run of another model, which may have other tokens.
    void set_model(const std::shared_ptr<const Model>& model);
    /// The label of a token that stands by itself: a leading space is a raised dot, a line break a sign; "?"
    /// for an id that is not in the vocabulary.
    const std::string& label(int token) { return labels_of(*current_, token).standalone; }
    /// The label of a token within running text: as label(), but a leading space stays a space.
    const std::string& inline_label(int token) { return labels_of(*current_, token).in_text; }
    /// The same in the tokens of a run's own model.
    const std::string& label(const Run& run, int token) { return labels_of(of(run.model), token).standalone; }
    const std::string& inline_label(const Run& run, int token) {
        return labels_of(of(run.model), token).in_text;
    }

  private:
    struct Labels {
        std::string standalone, in_text; ///< empty until one of them is asked for
        bool has_glyphs = false;         ///< whether all characters are known to have one
    };
    struct OfModel {
        std::weak_ptr<const Model> model;
        std::vector<Labels> labels; ///< [d_vocab]
    };
    OfModel& of(const std::shared_ptr<const Model>& model);
    static const Labels& labels_of(OfModel& model, int token);
    static void spell_out_missing(Labels& labels);

    std::list<OfModel> models_ = std::list<OfModel>(1); ///< the first one: no model. They stay where they are
    OfModel* current_ = &models_.front();
};

/// The labels of the program's one window.
TokenLabels& token_labels();

/// Whether the position holds what every text of the model begins with, which is no word of the text.
bool is_start(const Run& run, int position);
/// As TokenLabels::label() and inline_label(), but such a start is called "start".
const std::string& label_at(const Run& run, int position);
const std::string& inline_label_at(const Run& run, int position);

} // namespace gf::ui
