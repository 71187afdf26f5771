// A value glides to where it is wanted within 150 ms, without overshoot, or jumps.

#include "app/host/headless_window.h"
#include "app/widgets/motion.h"

#include <gtest/gtest.h>

namespace gf::ui::tests::motion_test {
namespace {

class MotionTest : public ::testing::Test {
  protected:
    MotionTest() { set_motion(true); } // other tests may have left it off
    ~MotionTest() override { set_motion(true); }
    float frame_to(float target) {
        float value = 0;
        screen.frame([&] { value = glide.move_to(target); });
        return value;
    }
    HeadlessWindow screen{{}};
    Glide glide;
};

TEST_F(MotionTest, ArrivesInTimeAndNeverTurnsBack) {
    EXPECT_EQ(frame_to(2), 2) << "the first call jumps";
    float before = 2;
    int frames = 0;
    do {
        const float now = frame_to(5);
        EXPECT_GT(now, before);
        EXPECT_LE(now, 5);
        before = now;
        ++frames;
    } while (before != 5 && frames < 20);
    EXPECT_EQ(before, 5);
    EXPECT_GE(frames, 4) << "it is seen moving";
    EXPECT_LE(frames, 9) << "150 ms are 9 frames";
}

TEST_F(MotionTest, ANewTargetIsReachedFromWhereItIs) {
    frame_to(0);
    const float on_the_way = frame_to(10);
    const float back = frame_to(0);
    EXPECT_LT(back, on_the_way);
    EXPECT_GT(back, 0);
}

TEST_F(MotionTest, SwitchedOffItJumps) {
    set_motion(false);
    frame_to(0);
    EXPECT_EQ(frame_to(7), 7);
    EXPECT_EQ(frame_to(7), 7) << "and stays there";
}

} // namespace
} // namespace gf::ui::tests::motion_test
