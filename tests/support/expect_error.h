#pragma once
// Checks that something is refused, and that the message says why. Used by the tests of text and of JSON.

#include "platform/error.h"

#include <gtest/gtest.h>
#include <initializer_list>
#include <string>
#include <string_view>

namespace gf::tests {

/// Runs `work`, which must throw Error with every one of `parts` in its message.
template <class Work>
void expect_error(Work&& work, std::initializer_list<std::string_view> parts) {
    try {
        work();
        ADD_FAILURE() << "no error, where one should name '" << *parts.begin() << "'";
    } catch (const Error& e) {
        for (const std::string_view part : parts)
            EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what();
    }
}

} // namespace gf::tests
