#pragma once
// An example of a panel and of a measure, each in its own file and with one line in a list: the head whose
// scores are largest. Used by example_test.cpp only.

#include "app/view/panel.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/plain_text.h"
#include "measures/score_range.h"

#include <fmt/format.h>

namespace gf::ui::tests {

class LoudestHead : public Measure {
  public:
    bool advance(const RunView& view, std::size_t budget) override { return ranges_.advance(view, budget); }
    nlohmann::ordered_json result() const override {
        nlohmann::ordered_json best{{"layer", 0}, {"head", 0}, {"score", 0.0}};
        const auto layers = ranges_.result();
        for (std::size_t l = 0; l < layers.size(); ++l)
            for (std::size_t h = 0; h < layers[l].size(); ++h)
                if (layers[l][h] > best["score"]) best = {{"layer", l}, {"head", h}, {"score", layers[l][h]}};
        return best;
    }

  private:
    ScoreRanges ranges_;
};

class LoudestHeadPanel : public Panel {
  public:
    const char* title() const override { return "Loudest"; }
    const char* about() const override { return "the head whose scores are largest"; }
    void draw(const View& view, Selection&, Commands& commands) override {
        measure_.advance(view.values, Measure::k_no_limit);
        const auto best = measure_.result();
        panel_header("Loudest", view.values.values({Site::attn_scores, 0}).missing());
        label_text(fmt::format("layer {}, head {}: {:.3f}", best["layer"].get<int>(), best["head"].get<int>(),
                               best["score"].get<double>()),
                   theme().text, TextSize::body);
        if (ImGui::InvisibleButton("pin it", {100, 20}))
            commands.post(command::PinHead{best["layer"], best["head"]});
    }

  private:
    LoudestHead measure_;
};

} // namespace gf::ui::tests
