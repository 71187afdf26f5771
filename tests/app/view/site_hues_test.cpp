// The hue of each site is the same wherever it is drawn: read from the triangles of a frame, not from the
// function that chooses it.

#include "app/workbench_support.h"

#include <map>
#include <set>

namespace gf::ui::tests::site_hues_test {
namespace {

/// The colours of all opaque vertices in a rectangle of the last frame, in windows whose name has `window`.
std::set<ImU32> colours_in(const UiRect& rect, std::string_view window) {
    std::set<ImU32> colours;
    for (const ImDrawList* list : ImGui::GetDrawData()->CmdLists) {
        if (std::string_view(list->_OwnerName).find(window) == std::string_view::npos) continue;
        for (const ImDrawVert& vertex : list->VtxBuffer)
            if (rect.contains(vertex.pos) && (vertex.col >> IM_COL32_A_SHIFT) == 0xff)
                colours.insert(vertex.col);
    }
    return colours;
}

/// The role whose hue a colour is, as a fill or as text; nothing for a colour that is no role's hue.
std::optional<ColourRole> role_drawn(ImU32 colour, bool as_text) {
    for (int i = 0; i < k_role_count; ++i) {
        const auto role = static_cast<ColourRole>(i);
        if (colour == (as_text ? theme().ink(role) : theme().fill(role))) return role;
    }
    return std::nullopt;
}

class SiteHuesTest : public ::testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        bench.open(saved_preset(GetParam()));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), 6));
        bench.resize(1600, 4000); // all rows of Outline
    }

    /// The colour of the dot before a site's row in Outline.
    ImU32 dot_of(const SiteRef& site) {
        const UiRect row = bench.ui.rect("Outline/" + site_name(site.site, site.layer));
        const ImVec2 centre{row.min.x + px(5), row.min.y + px(11)};
        const float reach = px(6);
        const auto colours = colours_in(
            {{centre.x - reach, centre.y - reach}, {centre.x + reach, centre.y + reach}}, "operations");
        EXPECT_EQ(colours.size(), 1u) << site_name(site.site, site.layer);
        return colours.empty() ? 0 : *colours.begin();
    }

    /// Pins a cell of each site and notes the colour of each operand in its formula under the operand's site.
    std::map<Site, std::set<ImU32>> operand_colours() {
        std::map<Site, std::set<ImU32>> colours;
        const ModelConfig& c = bench.snapshot().config();
        for (const SiteRef& site : all_sites(c)) {
            const bool has_heads = site_heads(c, site.site) > 1;
            const int row = row_axis(site.site) == Axis::segment ? 0 : bench.cursor() - 1;
            bench.post(command::PinCell{site_name(site.site, site.layer), has_heads ? 0 : -1, row, 0});
            for (const UiItem& item : ImGuiHost::current().items().items()) {
                if (item.window != "Formula") continue;
                std::string name = item.label.substr(0, item.label.find('['));
                if (name.starts_with("= ")) name.erase(0, 2);
                // Without the ends, over which the text beside it may reach.
                const UiRect inner{{item.rect.min.x + 1, item.rect.min.y},
                                   {item.rect.max.x - 1, item.rect.max.y}};
                for (const SiteRef& operand : all_sites(c))
                    if (site_name(operand.site, operand.layer) == name)
                        colours[operand.site].merge(colours_in(inner, "Formula"));
            }
        }
        return colours;
    }

    Bench bench;
};

TEST_P(SiteHuesTest, AreTheSameInTheFormulaBarAndInOutline) {
    const ModelConfig& c = bench.snapshot().config();
    const auto operands = operand_colours();
    std::size_t n_compared = 0;
    for (const SiteRef& site : all_sites(c)) {
        const std::string name = site_name(site.site, site.layer);
        if (site.layer >= 0 && site.layer != bench.pinned_head().layer) continue; // folded in Outline
        const ImU32 dot = dot_of(site);
        const SiteFamily family = site_row(site.site).family;
        EXPECT_EQ(dot, theme().fill(family)) << name;
        const auto found = operands.find(site.site);
        if (found == operands.end()) continue;
        ++n_compared;
        ASSERT_EQ(found->second.size(), 1u) << name << " has one colour in all formulas";
        const auto in_formula = role_drawn(*found->second.begin(), true);
        // Scores and patterns have no hue: text as any other, and a neutral grey dot.
        if (family == SiteFamily::attention) {
            EXPECT_EQ(in_formula, std::nullopt) << name;
            EXPECT_EQ(dot, theme().fill(ColourRole::residual)) << name;
        } else {
            EXPECT_EQ(in_formula, role_drawn(dot, false)) << name;
        }
    }
    EXPECT_GE(n_compared, 14u);
    if (c.head != OutputHead::masked_tokens) return;
    for (const Site site : {Site::mlm_pre, Site::mlm_post}) {
        ASSERT_TRUE(operands.contains(site));
        EXPECT_EQ(role_drawn(dot_of({site, -1}), false), ColourRole::mlp);
        EXPECT_EQ(role_drawn(*operands.at(site).begin(), true), ColourRole::mlp);
    }
}

INSTANTIATE_TEST_SUITE_P(Models, SiteHuesTest, ::testing::Values("llama", "bert", "mixtral", "classes"),
                         [](const auto& info) { return std::string(info.param); });

} // namespace
} // namespace gf::ui::tests::site_hues_test
