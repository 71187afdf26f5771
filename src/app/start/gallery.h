#pragma once
// The models that ship, as cards: what each is in one sentence, a prompt to begin with, and its shape. Used
// by the start page, and when the program starts without a model.

#include "app/start/model_portrait.h"
#include "app/view/panel.h"
#include "models/shipped.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gf::ui {

/// The command that opens a shipped model with its tokenizer and its prompt.
command::Open open_shipped(const ShippedModel& model);

/// What the program does when it is started without a model: it opens the first one of the gallery, and
/// carries out the commands of assets/models/opening.json, after which the picture already makes a point.
/// Empty if that model cannot be read or is not trained. `models`: as for Gallery. @throws Error when
/// opening.json is damaged
std::vector<Command> opening_commands(const std::filesystem::path& models);

/// The command that opens what a person names when starting the program: a path, or a model that ships, with
/// its prompt.
command::Open open_named(const std::string& model, const std::string& tokenizer,
                         const std::filesystem::path& models);

class Gallery {
  public:
    /// `models`: the folder of the models that ship, with models.json; empty: there is none.
    explicit Gallery(std::filesystem::path models) : models_(std::move(models)) {}

    /// Reads the recipes. The disk is read here, never while drawing.
    void reload();
    /// Why models are missing, on one line; empty when none is.
    const std::string& problem() const { return problem_; }
    /// Whether a folder is that of a model that ships.
    bool ships(const std::filesystem::path& model) const {
        return !models_.empty() && model.parent_path() == models_;
    }
    /// The folder of the model of this name, if the disk has nothing that goes by it; empty: there is none.
    std::filesystem::path folder_of(const std::string& name) const;
    bool is_empty() const { return cards_.empty(); }

    /// Height in pixels that draw() takes.
    float height(float width) const;
    /// Items are "models/NAME", in the order of models.json; the first card is the largest.
    void draw(float width, Commands& commands);

  private:
    struct Card {
        std::string label; ///< of the item
        std::string name, sentence;
        std::string foot;    ///< the prompt, or how to train the model
        std::string figures; ///< "720 k parameters, 1.5 MB"; empty until the model is trained
        std::string tip;     ///< text of the tooltip
        ModelShape shape;
        command::Open open;
        bool trained = false;
    };
    /// Sizes in pixels of what is on a card.
    struct CardLayout {
        float inner_width;   ///< between the paddings
        float words_width;   ///< of name and sentence
        float picture_width; ///< of the portrait or picture beside them
        float foot_width;
        float name_height, sentence_height, foot_height;
        float height; ///< that the card needs
    };
    /// Cards [begin, end), which stand side by side and are equally high.
    struct Row {
        std::size_t begin, end;
        float height;
    };
    /// Columns of cards, in pixels. Where there are several, the first card takes two of them.
    struct Grid {
        float column, gap;
        int n_columns;
        bool is_large(std::size_t card) const { return card == 0 && n_columns > 1; }
        float width(std::size_t card) const { return is_large(card) ? 2 * column + gap : column; }
    };
    static Grid grid_for(float width);
    Row row_from(std::size_t begin, const Grid& grid) const;
    static Card read_card(const ShippedModel& model);
    static CardLayout card_layout(const Card& card, float width, bool large);
    static void draw_foot(const Card& card, const UiRect& box);
    void draw_card(std::size_t card, ImVec2 size, bool large, Commands& commands) const;

    std::filesystem::path models_;
    std::vector<Card> cards_;
    std::string problem_;
};

} // namespace gf::ui
