#include "app/view/not_kept_notice.h"

#include "app/host/imgui_host.h"

#include <fmt/format.h>

#include <iterator>

namespace gf::ui {

void draw_not_kept_notice(const View& v, int layer) {
    // What the run would take if it kept all of its values.
    const TraceShape all_values{v.trace().capacity(), Keep::all, v.trace().shape().stack};
    const Trace* source = v.trace().source();
    const double megabytes = static_cast<double>(trace_bytes(v.config(), all_values, v.trace().setup(),
                                                             source ? source->size() : SourceSize())) *
                             1e-6;
    fmt::memory_buffer text;
    const auto out = std::back_inserter(text);
    fmt::format_to(out,
                   "A run of {} tokens with all its values takes {:.0f} MB, more than the trace budget. ",
                   v.trace().capacity(), megabytes);
    if (v.run.layer.rows >= 0)
        fmt::format_to(out, "The layer in view is computed again: {} of {} tokens.", v.run.layer.rows,
                       v.run.rows);
    else if (v.run.layer.bytes > 0)
        fmt::format_to(
            out,
            "The layer in view alone takes {:.0f} MB, which is too much as well. A shorter {} shows it, or a "
            "larger budget, which the menu at the top right sets.",
            v.run.layer.bytes * 1e-6, v.reader ? "source" : "prompt");
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
