#include "session/latest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

namespace gf::latest_test {
namespace {

void write(Latest<int>& latest, int value) {
    latest.back() = value;
    latest.publish();
}

TEST(Latest, FrontIsTheNewestPublishedValue) {
    Latest<int> latest;
    EXPECT_EQ(latest.front(), 0);
    latest.back() = 1;
    EXPECT_EQ(latest.front(), 0) << "not published yet";
    latest.publish();
    EXPECT_EQ(latest.front(), 1);
    EXPECT_EQ(latest.front(), 1) << "stays until something new comes";
    for (int value = 2; value <= 5; ++value) write(latest, value);
    EXPECT_EQ(latest.front(), 5) << "what nobody read is skipped";
}

TEST(Latest, WhatTheReaderHoldsIsNotWrittenTo) {
    Latest<int> latest;
    write(latest, 1);
    const int& held = latest.front();
    for (int value = 2; value <= 9; ++value) {
        EXPECT_NE(&latest.back(), &held);
        write(latest, value);
        EXPECT_EQ(held, 1);
    }
    EXPECT_EQ(latest.front(), 9);
}

TEST(Latest, SlotsAreReused) {
    Latest<std::vector<int>> latest;
    std::vector<const int*> buffers;
    for (int i = 0; i < 12; ++i) {
        latest.back().assign(100, i);
        if (std::ranges::find(buffers, latest.back().data()) == buffers.end())
            buffers.push_back(latest.back().data());
        latest.publish();
        EXPECT_EQ(latest.front()[99], i);
    }
    EXPECT_LE(buffers.size(), 3u);
}

/// A writer that never pauses against a reader that never does: no value is torn, none goes back.
TEST(Latest, TwoThreads) {
    constexpr int k_last = 20000;
    using Value = std::array<int, 64>;
    Latest<Value> latest;
    std::thread writer([&] {
        for (int version = 1; version <= k_last; ++version) {
            latest.back().fill(version);
            latest.publish();
        }
    });
    int seen = 0, torn = 0, backwards = 0, looks = 0;
    while (seen < k_last) {
        const Value& value = latest.front();
        torn += std::ranges::count(value, value[0]) != std::ssize(value);
        backwards += value[0] < seen;
        seen = value[0];
        if (++looks % 64 == 0) std::this_thread::yield(); // on one processor the writer needs its turn
    }
    writer.join();
    EXPECT_EQ(torn, 0);
    EXPECT_EQ(backwards, 0);
    EXPECT_EQ(seen, k_last);
}

} // namespace
} // namespace gf::latest_test
