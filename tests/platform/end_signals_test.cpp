// A signal that asks the program to end is noted once, and ends it the second time.

#include "platform/end_signals.h"

#include <gtest/gtest.h>

#include <csignal>
#include <future>
#include <unistd.h>

namespace gf::end_signals_test {
namespace {

TEST(EndSignals, TheFirstOneIsNoted) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        std::promise<void> called;
        EndSignals signals([&] { called.set_value(); });
        EXPECT_FALSE(signals.arrived());
        kill(getpid(), signal);
        called.get_future().wait();
        EXPECT_TRUE(signals.arrived());
    }
}

TEST(EndSignals, WithoutOneItGoesAsItCame) {
    sigset_t before, after;
    pthread_sigmask(SIG_SETMASK, nullptr, &before);
    {
        EndSignals signals([] {});
    }
    pthread_sigmask(SIG_SETMASK, nullptr, &after);
    EXPECT_EQ(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
}

TEST(EndSignalsDeathTest, TheSecondOneEndsTheProgram) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(
        {
            EndSignals signals([] { kill(getpid(), SIGTERM); });
            kill(getpid(), SIGINT);
            for (;;) pause();
        },
        ::testing::KilledBySignal(SIGTERM), "");
}

} // namespace
} // namespace gf::end_signals_test
