#include "app/host/theme.h"

#include "platform/error.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace gf::ui::theme_test {
namespace {

/// WCAG 2.1 AA for text of any size.
constexpr double k_readable = 4.5;

class ThemeTest : public testing::TestWithParam<ThemeName> {
  protected:
    const Theme& theme() const { return theme_of(GetParam()); }
    void expect_readable(ImU32 colour, const std::string& what) const {
        const auto surfaces = theme().surfaces();
        for (std::size_t i = 0; i < surfaces.size(); ++i)
            EXPECT_GE(contrast(colour, surfaces[i]), k_readable)
                << what << " on surface " << i << " of " << theme().label;
    }
};

TEST_P(ThemeTest, EveryTextIsReadableOnEverySurface) {
    const Theme& t = theme();
    const std::pair<ImU32, const char*> texts[] = {{t.text, "text"},      {t.muted, "muted"},
                                                   {t.faint, "faint"},    {t.accent_text, "accent"},
                                                   {t.good_text, "good"}, {t.bad_text, "bad"}};
    for (const auto& [colour, what] : texts) expect_readable(colour, what);
    for (int role = 0; role < k_role_count; ++role)
        expect_readable(t.ink(static_cast<ColourRole>(role)), "role " + std::to_string(role));
    for (int scheme = 0; scheme < k_scheme_count; ++scheme)
        expect_readable(t.ink(static_cast<Positions>(scheme)), "scheme " + std::to_string(scheme));
    EXPECT_GE(contrast(t.on_accent, t.accent), k_readable);
    for (const float bits : {0.0f, 3.0f, 6.0f, 9.0f, 20.0f})
        EXPECT_GE(contrast(t.text, t.surprisal_tint(bits)), k_readable) << bits;
    EXPECT_GE(contrast(t.text, t.block), k_readable) << "names in the strip of the draw";
}

/// What is chosen is written in the accent, on rows and words that have a tint: whatever the tint, and also
/// under the mouse.
TEST_P(ThemeTest, TheAccentIsReadableOnTintedRows) {
    const Theme& t = theme();
    for (const ImU32 ink : {t.text, t.accent_text}) {
        for (const ImU32 tint : t.tints()) EXPECT_GE(contrast(ink, tint), k_readable) << std::hex << tint;
        for (const float bits : {0.0f, 1.0f, 3.0f, 6.0f, 9.0f, 20.0f}) {
            EXPECT_GE(contrast(ink, t.surprisal_tint(bits)), k_readable) << bits;
            EXPECT_GE(contrast(ink, t.hovered(t.surprisal_tint(bits))), k_readable) << bits << ", hovered";
        }
    }
}

TEST_P(ThemeTest, HeadsAreEquallyLight) {
    for (const int n_heads : {1, 2, 8, 12, 64})
        for (int head = 0; head < n_heads; ++head)
            EXPECT_NEAR(to_oklch(theme().head_fill(head, n_heads)).lightness, theme().head_lightness, 0.01);
}

TEST_P(ThemeTest, SchemesOfPositionsAreEvenlySpacedHuesOfTheirOwn) {
    const Theme& t = theme();
    std::vector<double> hues;
    for (const ImU32 fill : t.scheme_fill) hues.push_back(to_oklch(fill).hue);
    std::ranges::sort(hues);
    for (std::size_t i = 0; i < hues.size(); ++i) {
        const double next = i + 1 < hues.size() ? hues[i + 1] : hues[0] + 360;
        EXPECT_NEAR(next - hues[i], 72, 3);
    }
    const double key = to_oklch(t.fill(ColourRole::key)).hue, rope = to_oklch(t.fill(Positions::rope)).hue;
    EXPECT_GT(std::abs(std::remainder(key - rope, 360)), 36) << "RoPE must not look like a key";
}

TEST_P(ThemeTest, EmphasisIsOrdered) {
    const Theme& t = theme();
    EXPECT_GT(contrast(t.text, t.panel), contrast(t.muted, t.panel));
    EXPECT_GT(contrast(t.muted, t.panel), contrast(t.faint, t.panel));
    EXPECT_GT(contrast(t.accent, t.panel), 3.0); // a graphic that must be seen
}

TEST_P(ThemeTest, IsFoundByItsName) { EXPECT_EQ(theme_named(theme().label), GetParam()); }

INSTANTIATE_TEST_SUITE_P(All, ThemeTest,
                         testing::Values(ThemeName::light, ThemeName::dark, ThemeName::projector),
                         [](const auto& info) { return std::string(theme_of(info.param).label); });

TEST(Theme, UnknownNamesSayWhichThereAre) { EXPECT_THROW(theme_named("sepia"), Error); }

TEST(ColourMath, ContrastOfBlackAndWhiteIs21) {
    EXPECT_NEAR(contrast(rgb(0x000000), rgb(0xFFFFFF)), 21, 1e-9);
    EXPECT_NEAR(contrast(rgb(0x777777), rgb(0xFFFFFF)), 4.48,
                0.005); // WCAG's well-known grey that just fails
}

TEST(ColourMath, OklchRoundTrips) {
    for (const std::uint32_t hex : {0x000000u, 0xFFFFFFu, 0x0072B2u, 0xD55E00u, 0x123456u})
        EXPECT_EQ(from_oklch(to_oklch(rgb(hex))), rgb(hex));
    EXPECT_NEAR(to_oklch(rgb(0xFF0000)).lightness, 0.628, 0.001); // Ottosson's red
    EXPECT_NEAR(to_oklch(rgb(0xFF0000)).hue, 29.23, 0.01);
}

TEST(ColourMath, MixesAndPacks) {
    EXPECT_EQ(mix(rgb(0x000000), rgb(0xFF8040), 0.0f), rgb(0x000000));
    EXPECT_EQ(mix(rgb(0x000000), rgb(0xFF8040), 1.0f), rgb(0xFF8040));
    EXPECT_EQ(unpack(rgb(0x123456)), (Rgb8{0x12, 0x34, 0x56}));
    EXPECT_EQ(with_alpha(rgb(0x123456), 0.5f), rgb(0x123456, 128));
}

} // namespace
} // namespace gf::ui::theme_test
