#include "app/view/token_labels.h"

#include "app/host/imgui_host.h"
#include "app/view/visual_order.h"
#include "text/utf8.h"

#include <fmt/format.h>

#include <iterator>

namespace gf::ui {

void TokenLabels::set_model(const std::shared_ptr<const Model>& model) { current_ = &of(model); }

/// The labels of a model, which are begun where it is new; those of models that are gone go, too.
TokenLabels::OfModel& TokenLabels::of(const std::shared_ptr<const Model>& model) {
    if (!model) return models_.front();
    for (OfModel& known : models_)
        if (known.model.lock() == model) return known;
    for (auto at = std::next(models_.begin()); at != models_.end();)
        at = at->model.expired() && &*at != current_ ? models_.erase(at) : std::next(at);
    models_.push_back({model, std::vector<Labels>(static_cast<std::size_t>(model->config().d_vocab))});
    return models_.back();
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

const TokenLabels::Labels& TokenLabels::labels_of(OfModel& of, int token) {
    static const Labels k_unknown{"?", "?", true};
    const std::shared_ptr<const Model> model = of.model.lock();
    if (!model || token < 0 || token >= static_cast<int>(of.labels.size())) return k_unknown;
    Labels& labels = of.labels[static_cast<std::size_t>(token)];
    if (!labels.in_text.empty()) {
        spell_out_missing(labels);
        return labels;
    }
    std::string text;
    for (const char c : token_label(*model, token)) {
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

TokenLabels& token_labels() {
    static TokenLabels labels;
    return labels;
}

bool is_start(const Run& run, int position) {
    return position == 0 && run.model->tokenizer && run.token(position) == bos_id(*run.model);
}

static const std::string k_start = "start";

const std::string& label_at(const Run& run, int position) {
    return is_start(run, position) ? k_start : token_labels().label(run, run.token(position));
}

const std::string& inline_label_at(const Run& run, int position) {
    return is_start(run, position) ? k_start : token_labels().inline_label(run, run.token(position));
}

} // namespace gf::ui
