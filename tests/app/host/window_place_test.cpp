// The window returns to its place, and always to one that a person can reach.

#include "app/host/window_place.h"

#include <gtest/gtest.h>

#include <vector>

namespace gf::ui::window_place_test {
namespace {

const std::vector<WorkArea> k_projector{{0, 0, 1280, 720}};
const std::vector<WorkArea> k_two{{0, 40, 1920, 1040}, {1920, 0, 2560, 1440}};

TEST(WindowPlace, WhatFitsStaysAsItWas) {
    const WindowPlace was{100, 90, 1000, 500, false};
    EXPECT_EQ(place_inside(was, k_projector, {}), was);
    const WindowPlace on_the_second{2000, 300, 1800, 1000, true};
    EXPECT_EQ(place_inside(on_the_second, k_two, {2, 30, 2, 2}), on_the_second);
}

TEST(WindowPlace, ALargerOneShrinksToTheScreen) {
    EXPECT_EQ(place_inside({}, k_projector, {}), (WindowPlace{0, 0, 1280, 720, false}));
    EXPECT_EQ(place_inside({}, k_projector, {4, 30, 4, 4}), (WindowPlace{4, 30, 1272, 686, false}))
        << "its frame is on the screen too";
    EXPECT_EQ(place_inside({}, k_two, {}), (WindowPlace{160, 110, 1600, 900, false})) << "in the middle";
}

TEST(WindowPlace, OneThatWouldHangOffIsMovedInside) {
    EXPECT_EQ(place_inside({-300, 400, 800, 600, false}, k_projector, {0, 20, 0, 0}),
              (WindowPlace{0, 120, 800, 600, false}));
    EXPECT_EQ(place_inside({4000, 900, 1600, 900, false}, k_two, {}),
              (WindowPlace{2880, 540, 1600, 900, false}));
}

TEST(WindowPlace, TheScreenThatIsGoneIsReplacedByTheFirst) {
    EXPECT_EQ(place_inside({2000, 300, 800, 600, false}, k_projector, {}),
              (WindowPlace{480, 120, 800, 600, false}));
}

TEST(WindowPlace, NoScreenIsNoReason) {
    const WindowPlace wanted{5, 6, 700, 800, false};
    EXPECT_EQ(place_inside(wanted, {}, {}), wanted);
    EXPECT_EQ(place_inside(wanted, std::vector<WorkArea>{{0, 0, 0, 0}}, {3, 3, 3, 3}).width, 1);
    const WindowPlace far{2147483647, -2147483647, 2147483647, 2147483647, false};
    EXPECT_EQ(place_inside(far, k_projector, {}), (WindowPlace{0, 0, 1280, 720, false}));
}

} // namespace
} // namespace gf::ui::window_place_test
