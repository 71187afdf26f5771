#pragma once
// Temporary folders, files, expected errors, and things to train on. Used by the tests in this folder and by
// those of the models that ship.

#include "core/params.h"
#include "platform/error.h"
#include "support/expect_error.h"
#include "support/test_folder.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace gf::tests {

/// All values of all parameters.
inline std::vector<real> copy_of_values(const Weights& weights) {
    const real* first = weights.values(weights.table.front());
    return {first, first + weights.size()};
}

/// The tokenizer.json of a vocabulary of the 256 bytes, id = byte, and special tokens from 256 on.
std::string byte_tokenizer_json(const std::vector<std::string>& special = {});

/// Sentences of three parts with three choices each: every
/// sentence carries log 27 nats of information, no more.
std::string generated_text(int n_sentences);

} // namespace gf::tests
