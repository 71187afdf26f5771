#include "app/view/not_kept_notice.h"

#include "app/host/imgui_host.h"

#include <fmt/format.h>

#include <iterator>

namespace gf::ui {

void draw_not_kept_notice(const Snapshot& s, int layer) {
    // What the run would take if it kept all of its values.
    const TraceShape all_values{s.trace().capacity(), Keep::all, s.trace().shape().stack};
    const Trace* source = s.trace().source();
    const double megabytes = static_cast<double>(trace_bytes(s.config(), all_values, s.trace().setup(),
                                                             source ? source->size() : SourceSize())) *
                             1e-6;
    fmt::memory_buffer text;
    const auto out = std::back_inserter(text);
    fmt::format_to(out,
                   "A run of {} tokens with all its values takes {:.0f} MB, more than the trace budget. ",
                   s.trace().capacity(), megabytes);
    if (s.layer.rows >= 0)
        fmt::format_to(out, "The layer in view is computed again: {} of {} tokens.", s.layer.rows,
                       s.run().rows);
    else if (s.layer.bytes > 0)
        fmt::format_to(
            out,
            "The layer in view alone takes {:.0f} MB, which is too much as well. A shorter {} shows it, or a "
            "larger budget, which the menu at the top right sets.",
            s.layer.bytes * 1e-6, s.encoder_in_view() ? "source" : "prompt");
    else
        fmt::format_to(out, "Choose layer {}: then it is computed again, to be looked at.", layer);
    ImGui::PushStyleColor(ImGuiCol_Text, theme().muted);
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
    record_text(ImGui::GetFont(), ImGui::GetItemRectMin(), {text.data(), text.size()});
}

} // namespace gf::ui
