#include "app/panels/text/token_tooltip.h"

#include "app/panels/text/text_token.h"
#include "app/view/sampling_preview.h"
#include "app/view/token_labels.h"
#include "app/widgets/tooltip.h"

#include <fmt/format.h>

#include <iterator>

namespace gf::ui {

void show_token_tooltip(const View& v, int position) {
    const TokenOrigin& origin = v.run.origin(position);
    fmt::memory_buffer text;
    auto out = std::back_inserter(text);
    switch (origin.kind) {
    case TokenOrigin::Kind::prompt: fmt::format_to(out, "A token of the prompt."); break;
    case TokenOrigin::Kind::forced: fmt::format_to(out, "A token that was put here by hand."); break;
    case TokenOrigin::Kind::drawn:
        fmt::format_to(out, "A token that the model drew (seed {}, draw {}).", origin.key.seed,
                       origin.key.resample + 1);
        break;
    }
    fmt::format_to(out, "\nposition {}, id {}", position, v.run.token(position));
    if (const auto digits = byte_digits(token_labels().inline_label(v.run.token(position))); !digits.empty())
        fmt::format_to(out, "\nthe byte 0x{}, alone no character", digits);
    if (position > 0 && v.config().continues_text())
        fmt::format_to(out, "\nraw probability {:.4f}, surprisal {:.2f} bits", origin.probability,
                       origin.surprisal);
    if (position > 0)
        fmt::format_to(out, "\n{}double click: back to here",
                       predicts_tokens(v) ? "right click: another token here; " : "");
    tooltip({text.data(), text.size()});
}

} // namespace gf::ui
