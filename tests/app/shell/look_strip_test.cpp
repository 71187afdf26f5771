// What to look at in a model that ships: the strip, its button and its memory.

#include "app/workbench_support.h"
#include "measures/head_roles.h"
#include "models/shipped.h"

namespace gf::ui::tests::look_strip_test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

std::filesystem::path shipped_folder() {
    return std::filesystem::path(GLASSFORMER_TESTS_DIR "/../assets/models").lexically_normal();
}

/// Everything that stands in the window, and what its panels point at.
std::vector<std::string> picture() {
    std::vector<std::string> all;
    for (const UiText& text : ImGuiHost::current().items().texts())
        all.push_back(text.window + ": " + text.text);
    return all;
}

class ShippedLook : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Models, ShippedLook, ::testing::ValuesIn(shipped_model_names(shipped_folder())),
                         [](const auto& each) {
                             std::string name = each.param;
                             std::erase(name, '-');
                             return name;
                         });

TEST_P(ShippedLook, ShowItIsAcceptedAndSetsAnotherPicture) {
    const ShippedModel model = shipped_model(shipped_folder(), GetParam());
    ASSERT_FALSE(model.look_at.empty());
    ASSERT_FALSE(model.show_commands().empty());
    Bench bench({.models = shipped_folder()});
    bench.post(command::Open{model.folder.string(), "", model.prompt});
    ASSERT_TRUE(bench.snapshot().has_run()) << bench.snapshot().message;
    EXPECT_THAT(bench.ui.texts("Look"), Contains(model.look_at));
    const auto before = picture();
    bench.ui.click("Look/Show it");
    bench.ui.frames(8);
    EXPECT_FALSE(bench.snapshot().message_is_error) << bench.snapshot().message;
    EXPECT_EQ(bench.workbench.window_message(), "");
    EXPECT_NE(picture(), before);
    for (const Command& command : model.show_commands()) {
        const auto* of_view = std::get_if<ViewCommand>(&command);
        if (const auto* panel = of_view ? std::get_if<command::ShowPanel>(of_view) : nullptr) {
            EXPECT_TRUE(bench.workbench.arrangement().is_open(panel->panel)) << panel->panel;
        }
    }
}

TEST(LookStrip, ThePicturesShowWhatTheWordsSay) {
    Bench bench({.models = shipped_folder()});
    const auto show = [&](const char* name) {
        bench.open(shipped_model(shipped_folder(), name).folder.string());
        bench.ui.click("Look/Show it");
        bench.ui.frames(8);
    };
    show("masked");
    const Snapshot& s = bench.snapshot();
    const int pinned = bench.workbench.selection().pinned_token;
    ASSERT_GE(pinned, 0);
    EXPECT_EQ(s.text().token(pinned), mask_id(*s.model));
    show("induction");
    HeadRoles roles;
    roles.advance(bench.snapshot().text().view());
    const auto best = roles.best(HeadRole::induction, bench.cursor());
    ASSERT_TRUE(best);
    EXPECT_EQ(bench.pinned_head(), (HeadRef{best->layer, best->head}));
    show("translator");
    EXPECT_EQ(bench.workbench.selection().attention, Attention::cross);
    EXPECT_GT(bench.cursor(), 5);
}

TEST(LookStrip, StandsForModelsThatShipAndIsRememberedWhenClosed) {
    const std::filesystem::path config = scratch() / "config" / "look" / "glassformer";
    const ShippedModel story = shipped_model(shipped_folder(), "story");
    {
        Bench bench({.config_folder = config, .models = shipped_folder()});
        bench.open(saved_preset("llama"));
        EXPECT_FALSE(bench.ui.exists("Look/Close")) << "a person's own model";
        bench.post(command::ShowLook{});
        EXPECT_THAT(bench.workbench.window_message(), HasSubstr("ship"));
        bench.open(story.folder.string());
        const float with_strip = bench.ui.rect("Transport/Step").max.y;
        EXPECT_TRUE(bench.ui.exists("Look/Show it"));
        EXPECT_GE(bench.ui.rect("Look/Show it").min.y, with_strip);
        bench.ui.click("Look/Close");
        EXPECT_FALSE(bench.ui.exists("Look/Close"));
        EXPECT_THAT(bench.workbench.settings().closed_looks, ::testing::ElementsAre("story"));
    }
    Bench bench({.config_folder = config, .models = shipped_folder()});
    bench.open(story.folder.string());
    EXPECT_FALSE(bench.ui.exists("Look/Close")) << "remembered";
    bench.post(command::ShowLook{});
    EXPECT_TRUE(bench.ui.exists("Look/Close"));
    bench.open(shipped_model(shipped_folder(), "drafter").folder.string());
    EXPECT_TRUE(bench.ui.exists("Look/Close"));
}

TEST(LookStrip, FitsIntoSmallWindows) {
    for (const auto& [width, height] : {std::pair(1280, 720), {640, 480}}) {
        Bench bench({.width = width,
                     .height = height,
                     .look = {ThemeName::projector, 1},
                     .models = shipped_folder()});
        bench.open(shipped_model(shipped_folder(), "story").folder.string());
        const UiRect show = bench.ui.rect("Look/Show it"), close = bench.ui.rect("Look/Close");
        EXPECT_LE(show.max.x, close.min.x);
        EXPECT_LE(close.max.x, static_cast<float>(width));
        for (const UiText& text : ImGuiHost::current().items().texts()) {
            if (text.window != "Look" || text.text == "Show it") continue;
            EXPECT_LE(text.rect.max.x, show.min.x) << text.text;
            EXPECT_GE(text.rect.min.y, text.clip.min.y);
        }
    }
}

} // namespace
} // namespace gf::ui::tests::look_strip_test
