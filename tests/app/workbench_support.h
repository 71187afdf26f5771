#pragma once
// The whole workbench without a window: hands, eyes, and models to open.

#include "app/host/headless_window.h"
#include "app/shell/workbench.h"
#include "app/ui_driver.h"
#include "session/support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace gf::ui::tests {

using namespace gf::tests; // what the tests of all layers share

/// What a person has before them. A frame carries out at once what was asked for in it.
class Bench {
  public:
    struct Options {
        int width = 1600, height = 900;
        UiLook look{};
        std::filesystem::path config_folder = {};
        std::filesystem::path models = {}; ///< those that ship
    };
    Bench() : Bench(Options{}) {}
    explicit Bench(const Options& options);

    /// Opens a model by command.
    void open(const std::string& model, const std::string& tokenizer = "");
    void open(const SavedModel& model) { open(model.path); }
    void prompt(const std::string& text) { post(command::SetPrompt{text}); }
    void prompt_ids(const std::vector<int>& ids) { prompt(ids_text(ids)); }
    /// As if a person had done it; some frames later.
    void post(Command command);

    const Snapshot& snapshot() { return workbench.session().latest(); }
    int cursor() { return snapshot().cursor; }
    int rows() { return snapshot().run().rows; }
    std::vector<int> tokens() { return tokens_of(snapshot().run()); }
    HeadRef pinned_head() const { return workbench.selection().pinned_head; }
    /// The newest message in the bar below the top; empty when there is none.
    std::string notice() const;
    bool shows(std::string_view window, const std::string& text) const;
    /// The text in a window that begins like this; empty when there is none.
    std::string text_with(std::string_view window, std::string_view begin) const;
    /// The name of the one item of a window whose label ends like this: what is behind "##".
    std::string item_ending(const std::string& window, const std::string& end) const;
    void resize(int width, int height);

    /// One frame without what it asks for being done: that is left to the next frame().
    void bare_frame();

    HeadlessWindow screen;
    Workbench workbench;

  private:
    void frame();

  public:
    UiDriver ui;
};

/// Probabilities of the token after row `row`, by definition, in double precision.
std::vector<double> probabilities_after(const Snapshot& snapshot, int row, double temperature = 1);
/// The ids of the largest values, largest first, equal ones by id.
std::vector<int> largest(const std::vector<double>& values, int n);
double entropy_bits(const std::vector<double>& probabilities);

/// A model that reads bytes, " " and "a", and its tokenizer.
const SavedModel& byte_model();
std::string byte_tokenizer();

/// "#17" of "#" and 17.
inline std::string numbered(std::string_view text, auto number) { return fmt::format("{}{}", text, number); }

/// The number behind `word` in a text: number_after("u = 0.25", "u = ") is 0.25. NaN where there is none.
double number_after(std::string_view text, std::string_view word);

} // namespace gf::ui::tests
