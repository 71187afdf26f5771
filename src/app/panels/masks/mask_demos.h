#pragma once
// Three demonstrations of what masks are for, each drawn into its part of the panel Mask demos from what the
// session found.

#include "app/host/ui_rect.h"
#include "app/panels/masks/mask_case.h"
#include "measures/receptive_field.h"

#include <array>
#include <memory>
#include <string_view>

namespace gf::ui {

/// One word is exchanged: which logits move, with the model's own mask and with none? Clicking a token
/// exchanges that one.
void draw_leak_demo(const MaskCase& mask_case, const UiRect& area, Commands& commands);

/// Tokens of padding before the text, ignored and read.
void draw_padding_demo(const MaskCase& mask_case, const UiRect& area, Commands& commands);

/// Under which masks the window's demonstration looks how far information travels.
enum class FieldOf { window, run };
inline constexpr std::array<const char*, 2> k_fields_of{"a window", "this run"};
constexpr std::string_view name(FieldOf of) { return k_fields_of[static_cast<std::size_t>(of)]; }

/// How far information travels, over layers and tokens: to the last row under a sliding window in all layers,
/// or to the row in view under the masks of the run.
class WindowDemo {
  public:
    /// `row` is the row in view. Returns what was chosen.
    FieldOf draw(const MaskCase& mask_case, const UiRect& area, FieldOf of, int row, Commands& commands);

  private:
    void update(const MaskCase& c, FieldOf of, int row);
    void follow(const MaskCase& c, int token);
    void draw_field(const MaskCase& c, const UiRect& area) const;
    void say_window(const MaskCase& c, UiRect& area, Commands& commands);

    std::weak_ptr<const Trace> run_; ///< the fields are those of this run, window, and row
    FieldOf of_{};
    int size_ = 0, row_ = -1, n_ = 0;
    int watched_ = -1;       ///< the token whose way is shown
    ReceptiveField reaches_; ///< [level][token]: can reach the row
    ReceptiveField comes_;   ///< [level][token]: the watched token can have come here
    std::unique_ptr<Plan> window_plan_;
    const Plan* plan_ = nullptr; ///< the window's, or the run's
};

/// A line of the demonstrations' text at the top of what is left of `area`, which it then takes away.
void demo_line(UiRect& area, std::string_view text, ImU32 ink, bool bold = false);
/// The labels of the first and the last token, and of one between them, along a line.
void draw_ends(const MaskCase& mask_case, const UiRect& line, int lit, std::string_view lit_words);

} // namespace gf::ui
