#pragma once
// A field that finds sites and parameters by a few letters of their names.

#include "session/model.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gf::ui {

class NameSearch {
  public:
    /// Inside a popup, `width` pixels wide. A name that was chosen by Enter or a click; "": none in
    /// particular. The field is the item "Search", the names are items too.
    std::optional<std::string> draw(const std::shared_ptr<const Model>& model, float width);

  private:
    void list(const std::shared_ptr<const Model>& model);
    void rank();

    struct Name {
        std::string name, words;
    };
    std::shared_ptr<const Model> model_; ///< whose names these are
    std::vector<Name> names_;
    std::string query_, ranked_query_ = "\n";
    struct Hit {
        float score;
        std::size_t name;
    };
    std::vector<Hit> hits_; ///< nearest first
    int lit_ = 0;
    bool moved_ = false;
};

} // namespace gf::ui
