#pragma once
// How the tokens of the open model are written on screen; made once for each token, so that frames allocate
// nothing.

#include "session/model.h"

#include <string>
#include <vector>

namespace gf::ui {

class TokenLabels {
  public:
    /// The labels of this model from now on.
    void use(const std::shared_ptr<const Model>& model);
    /// As part of a running text: a leading space stays, a line break is a sign.
    const std::string& in_text(int token);
    /// Alone: a leading space is a raised dot.
    const std::string& alone(int token);

  private:
    struct Label {
        std::string in_text, alone;
    };
    const Label& label(int token);
    std::shared_ptr<const Model> model_;
    std::vector<Label> labels_; ///< by token; empty strings: not made yet
};

/// Of the program's one window.
TokenLabels& token_labels();

} // namespace gf::ui
