#include "app/view/token_labels.h"

#include "app/host/imgui_host.h"

namespace gf::ui {

void TokenLabels::set_model(const std::shared_ptr<const Model>& model) {
    if (model == model_) return;
    model_ = model;
    labels_.assign(model ? static_cast<std::size_t>(model->config().d_vocab) : 0, {});
}

const TokenLabels::Labels& TokenLabels::labels_of(int token) {
    Labels& labels = labels_.at(static_cast<std::size_t>(token));
    if (!labels.in_text.empty()) return labels;
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
    labels.in_text = text;
    labels.standalone = text;
    if (labels.standalone.front() == ' ') labels.standalone.erase(0, 1).insert(0, "·");
    ImGuiHost::current().require_glyphs(text);
    return labels;
}

const std::string& TokenLabels::label(int token) { return labels_of(token).standalone; }
const std::string& TokenLabels::inline_label(int token) { return labels_of(token).in_text; }

TokenLabels& token_labels() {
    static TokenLabels labels;
    return labels;
}

} // namespace gf::ui
