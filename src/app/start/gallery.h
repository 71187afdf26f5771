#pragma once
// The models that ship, as cards: what each is in one sentence, a prompt to begin with, and its shape.

#include "app/start/model_portrait.h"
#include "app/view/panel.h"
#include "models/shipped.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gf::ui {

/// Opens a shipped model with its tokenizer and its prompt.
command::Open open_shipped(const ShippedModel& model);

/// What the program opens when nobody says what: the first model of the gallery; nullopt if it cannot be read
/// or is not trained.
std::optional<command::Open> first_of_gallery(const std::filesystem::path& models);

class Gallery {
  public:
    /// `models`: the folder with models.json; empty: there is none.
    explicit Gallery(std::filesystem::path models) : models_(std::move(models)) {}

    /// Reads the recipes. The disk is looked at here, never while drawing.
    void reload();
    /// One line: why models are missing; empty when none is.
    const std::string& problem() const { return problem_; }
    /// Whether a folder is one of its models'.
    bool ships(const std::filesystem::path& model) const {
        return !models_.empty() && model.parent_path() == models_;
    }
    bool is_empty() const { return cards_.empty(); }

    /// Pixels that draw() takes.
    float height(float width) const;
    /// Items are "models/NAME", in the order of models.json; the first card is the largest.
    void draw(float width, Commands& commands);

  private:
    struct Card {
        std::string label, name, sentence,
            foot;            ///< label: the item's; foot: the prompt, or that it is not trained yet
        std::string figures; ///< "720 k parameters, 1.5 MB"; empty until it is trained
        std::string tip;
        ModelShape shape;
        command::Open open;
        bool trained = false;
    };
    /// Of what is on a card, in pixels.
    struct Places {
        float inside, words, picture,
            foot; ///< widths: between the margins, of name and sentence, beside them, below them
        float name, sentence, foot_height, height;
    };
    /// Cards side by side, equally high.
    struct Row {
        std::size_t begin, end;
        float height;
    };
    struct Grid {
        float column, gap; ///< widths
        int n_columns;
        bool is_large(std::size_t card) const { return card == 0 && n_columns > 1; }
        float width(std::size_t card) const { return is_large(card) ? 2 * column + gap : column; }
    };
    static Grid grid(float width);
    Row row_from(std::size_t begin, const Grid& grid) const;
    Card read_card(const ShippedModel& model) const;
    Places places(const Card& card, float width, bool large) const;
    void draw_foot(const Card& card, const UiRect& box) const;
    void draw_card(std::size_t card, ImVec2 size, bool large, Commands& commands) const;

    std::filesystem::path models_;
    std::vector<Card> cards_;
    std::string problem_;
};

} // namespace gf::ui
