#include "app/view/token_labels.h"

#include "app/host/imgui_host.h"

namespace gf::ui {

void TokenLabels::use(const std::shared_ptr<const Model>& model) {
    if (model == model_) return;
    model_ = model;
    labels_.assign(model ? static_cast<std::size_t>(model->config().d_vocab) : 0, {});
}

const TokenLabels::Label& TokenLabels::label(int token) {
    Label& l = labels_.at(static_cast<std::size_t>(token));
    if (!l.in_text.empty()) return l;
    std::string shown;
    for (const char c : token_label(*model_, token)) {
        if (c == '\n')
            shown += "↵";
        else if (c == '\t')
            shown += "→";
        else if (c != '\r')
            shown += c;
    }
    if (shown.empty()) shown.push_back(' ');
    l.in_text = shown;
    l.alone = shown;
    if (l.alone.front() == ' ') l.alone.erase(0, 1).insert(0, "·");
    ImGuiHost::current().require_glyphs(shown);
    return l;
}

const std::string& TokenLabels::in_text(int token) { return label(token).in_text; }
const std::string& TokenLabels::alone(int token) { return label(token).alone; }

TokenLabels& token_labels() {
    static TokenLabels labels;
    return labels;
}

} // namespace gf::ui
