// Work on a thread of its own: it runs, in order, and says once what went wrong.

#include "platform/background_job.h"

#include "platform/error.h"

#include <gtest/gtest.h>

#include <latch>

namespace gf::tests::background_job_test {
namespace {

TEST(BackgroundJob, RunsBesideTheCaller) {
    BackgroundJob job;
    EXPECT_FALSE(job.is_busy());
    std::latch goes_on(1);
    int done = 0;
    job.start([&] {
        goes_on.wait();
        done = 1;
    });
    EXPECT_TRUE(job.is_busy()) << "it waits for what comes now, so start() did not wait for it";
    goes_on.count_down();
    EXPECT_EQ(job.finish(), "");
    EXPECT_FALSE(job.is_busy());
    EXPECT_EQ(done, 1);
}

TEST(BackgroundJob, TellsWhatWentWrongOnce) {
    BackgroundJob job;
    job.start([] { throw Error({"file", "room", "none", "make some"}); });
    const std::string problem = job.finish();
    EXPECT_NE(problem.find("make some"), std::string::npos) << problem;
    EXPECT_EQ(job.finish(), "");
    job.start([] { throw Error({"file", "room", "none", "make some"}); });
    job.start([] {}); // what went wrong before is not lost
    EXPECT_EQ(job.finish(), problem);
}

TEST(BackgroundJob, IsWaitedForAtTheEnd) {
    int done = 0;
    {
        BackgroundJob job;
        job.start([&] { done = 1; });
    }
    EXPECT_EQ(done, 1);
}

} // namespace
} // namespace gf::tests::background_job_test
