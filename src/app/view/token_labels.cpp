#include "app/view/token_labels.h"

#include "app/host/imgui_host.h"
#include "app/view/visual_order.h"
#include "text/utf8.h"

#include <fmt/format.h>

namespace gf::ui {

void TokenLabels::set_model(const std::shared_ptr<const Model>& model) {
    if (model == model_) return;
    model_ = model;
    labels_.assign(model ? static_cast<std::size_t>(model->config().d_vocab) : 0, {});
}

namespace {

/// The text with each character that no font has written as its number: "U+E000".
std::string with_numbers_for_missing(const std::string& text) {
    const ImFont* f = ImGuiHost::current().fonts().get(TextSize::body, Face::regular);
    std::string all;
    for_each_char(text, [&](std::string_view c) {
        const CodePoint point = code_point_at(c, 0);
        if (f->FindGlyphNoFallback(static_cast<ImWchar>(point.value)))
            all += c;
        else
            all += fmt::format("U+{:04X}", static_cast<unsigned>(point.value));
    });
    return all;
}

} // namespace

/// Fonts have what was asked for from the next frame on; what is missing then is in none of them.
void TokenLabels::spell_out_missing(Labels& labels) {
    if (labels.has_glyphs || ImGuiHost::current().wants_frame()) return;
    labels.has_glyphs = true;
    for (std::string* text : {&labels.standalone, &labels.in_text}) *text = with_numbers_for_missing(*text);
}

const TokenLabels::Labels& TokenLabels::labels_of(int token) {
    Labels& labels = labels_.at(static_cast<std::size_t>(token));
    if (!labels.in_text.empty()) {
        spell_out_missing(labels);
        return labels;
    }
    std::string text;
    for (const char c : token_label(*model_, token)) {
        if (c == '\n')
            text += "↵";
        else if (c == '\t')
            text += "→";
        else if (c != '\r')
            text += c;
    }
    if (text.empty()) text.push_back(' ');
    labels.in_text = visual_order(text);
    labels.standalone = labels.in_text;
    if (labels.standalone.front() == ' ') labels.standalone.erase(0, 1).insert(0, "·");
    ImGuiHost::current().require_glyphs(labels.in_text);
    return labels;
}

const std::string& TokenLabels::label(int token) { return labels_of(token).standalone; }
const std::string& TokenLabels::inline_label(int token) { return labels_of(token).in_text; }

TokenLabels& token_labels() {
    static TokenLabels labels;
    return labels;
}

bool is_start(const Run& run, int position) {
    return position == 0 && run.model->tokenizer && run.token(position) == bos_id(*run.model);
}

static const std::string k_start = "start";

const std::string& label_at(const Run& run, int position) {
    return is_start(run, position) ? k_start : token_labels().label(run.token(position));
}

const std::string& inline_label_at(const Run& run, int position) {
    return is_start(run, position) ? k_start : token_labels().inline_label(run.token(position));
}

} // namespace gf::ui
