#pragma once
// Three demonstrations of what masks are for, each drawn into its part of the panel Mask demos from what the
// session found.

#include "app/host/ui_rect.h"
#include "app/panels/masks/mask_case.h"
#include "measures/receptive_field.h"

#include <string_view>

namespace gf::ui {

/// One word is exchanged: which logits move, with the model's own mask and with none? Clicking a token
/// exchanges that one.
void draw_leak_demo(const MaskCase& mask_case, const UiRect& area, Commands& commands);

/// Tokens of padding before the text, ignored and read.
void draw_padding_demo(const MaskCase& mask_case, const UiRect& area, Commands& commands);

/// How far information travels under a sliding window: the receptive field of the last row, over layers and
/// tokens.
class WindowDemo {
  public:
    void draw(const MaskCase& mask_case, const UiRect& area, Commands& commands);

  private:
    void update(const MaskCase& c);
    void draw_field(const MaskCase& c, const UiRect& area) const;

    const Weights* model_ = nullptr; ///< the fields are those of this model, window and text
    int size_ = 0;
    std::vector<int> text_;
    int watched_ = -1;       ///< the token whose way is shown
    ReceptiveField reaches_; ///< [level][token]: can reach the last row
    ReceptiveField comes_;   ///< [level][token]: the watched token can have come here
    std::unique_ptr<Plan> plan_;
};

/// A line of the demonstrations' text at the top of what is left of `area`, which it then takes away.
void demo_line(UiRect& area, std::string_view text, ImU32 ink, bool bold = false);
/// The labels of the first and the last token, and of one between them, along a line.
void draw_ends(const MaskCase& mask_case, const UiRect& line, int lit, std::string_view lit_words);

} // namespace gf::ui
