#pragma once
// The whole workbench without a window, and what its tests share: models to open, expected probabilities, and
// the places of cells. Used by the tests of app/panels, app/view, app/start and app/shell.

#include "app/host/headless_window.h"
#include "app/shell/workbench.h"
#include "app/ui_driver.h"
#include "session/support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace gf::ui::tests {

using namespace gf::tests; // what the tests of all layers share

/// A workbench, with functions that act on it and read it as a person does. Each frame also carries out the
/// commands that were posted in it, so a test never waits.
class Bench {
  public:
    struct Options {
        int width = 1600, height = 900;
        UiLook look{};
        std::filesystem::path config_folder = {};
        std::function<std::vector<std::unique_ptr<Panel>>()> panels = make_all_panels;
        std::filesystem::path models = {}; ///< the folder of the models that ship; empty: none
        /// So that a test finds every panel; empty, or with a config folder: as a person finds them.
        std::string layout = "All panels";
    };
    Bench() : Bench(Options{}) {}
    explicit Bench(const Options& options);

    /// Opens a model by command.
    void open(const std::string& model, const std::string& tokenizer = "");
    void open(const SavedModel& model) { open(model.path); }
    void prompt(const std::string& text) { post(command::SetPrompt{text}); }
    void prompt_ids(const std::vector<int>& ids) { prompt(ids_text(ids)); }
    /// Posts a command and runs the frames that its effects need to appear.
    void post(Command command);

    const Snapshot& snapshot() { return workbench.session().latest(); }
    int cursor() { return snapshot().cursor(); }
    int rows() { return snapshot().text().rows; }
    std::vector<int> tokens() { return tokens_of(snapshot().text()); }
    HeadRef pinned_head() const { return workbench.selection().pinned_head; }
    /// The newest message on the card of notices; empty when there is none.
    std::string notice() const;
    /// The cell under the mouse, or nothing.
    std::optional<CellRef> hovered_cell() const { return workbench.selection().cell.get(); }
    /// Whether a window has exactly this text.
    bool shows(std::string_view window, const std::string& text) const;
    /// All texts of a window, one after the other.
    std::string all_text(std::string_view window) const;
    /// The first text in a window that begins with `begin`; empty when there is none.
    std::string text_with(std::string_view window, std::string_view begin) const;
    /// The name of the one item in a window whose label ends with `end`. The part behind "##" counts too.
    std::string item_ending(const std::string& window, const std::string& end) const;
    void resize(int width, int height);

    /// Draws one frame and leaves the commands that were posted in it undone until the next frame().
    void bare_frame();

    HeadlessWindow screen;
    Workbench workbench;

  private:
    void frame();

  public:
    UiDriver ui;
};

/// The middle of a cell, from the upper left corner of a map that shows all of (rows, columns).
ImVec2 cell_middle(const UiRect& map, int row, int column, int rows, int columns);

/// The softmax of the logits of `row`, divided by `temperature`, in double precision: (d_vocab).
std::vector<double> probabilities_after(const Snapshot& snapshot, int row, double temperature = 1);
/// The ids of the `n` largest values, largest first. Equal values are in the order of their ids.
std::vector<int> largest(const std::vector<double>& values, int n);
/// The distribution in which only the `n` largest probabilities stay; the others are 0 and the sum is 1.
std::vector<double> keep_largest(const std::vector<double>& probabilities, int n);
/// The token whose interval on the cumulative curve, likeliest token first, holds u. -1 if none does.
int token_drawn(const std::vector<double>& probabilities, double u);
double entropy_bits(const std::vector<double>& probabilities);

/// A model of random weights whose tokens are the 256 bytes, " " and "a".
const SavedModel& byte_model();
/// The path of the tokenizer of byte_model().
std::string byte_tokenizer();

/// A text followed by a number: numbered("#", 17) is "#17".
inline std::string numbered(std::string_view text, auto number) { return fmt::format("{}{}", text, number); }

/// The number behind the first `word` in a text; NaN if there is none.
/// number_after("u = 0.25", "u =") is 0.25.
double number_after(std::string_view text, std::string_view word);

} // namespace gf::ui::tests
