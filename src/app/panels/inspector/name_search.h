#pragma once
// The search field of the Inspector: finds sites and parameters by a few letters of their names.

#include "session/model.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gf::ui {

class NameSearch {
  public:
    /// Draws field and list inside a popup, `width` pixels wide. The field is the item "Search", the names
    /// are items too. Returns a name once it is chosen by Enter or a click; "" stands for what is in focus.
    std::optional<std::string> draw(const std::shared_ptr<const Model>& model, float width);

  private:
    struct Name {
        std::string name, words;
    };
    struct Hit {
        float score;
        std::size_t name; ///< index in names_
    };
    void collect_names(const std::shared_ptr<const Model>& model);
    void find_hits();
    void move_highlight();
    void scroll_to_highlight(float row_height);

    std::shared_ptr<const Model> model_; ///< the one whose names these are
    std::vector<Name> names_;            ///< the first one stands for what is in focus
    std::string query_;
    std::string hits_query_ = "\n"; ///< what hits_ were found for; at first what nobody can type
    std::vector<Hit> hits_;         ///< best first
    int highlighted_ = 0;           ///< index in hits_; Enter chooses it
    bool scrolls_ = false;          ///< the next draw() scrolls to the highlighted hit
};

} // namespace gf::ui
