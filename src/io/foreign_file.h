#pragma once
// Files that people take for a model's and that are something else: what they are, by their first bytes or
// their names, and what to do. Used by everything that opens a model's files.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

struct ForeignFile {
    std::string what;   ///< "a GGUF file (llama.cpp's format)"
    std::string remedy; ///< what to do instead
};

/// What a file is by its first bytes; nullopt if they are those of no such kind.
std::optional<ForeignFile> foreign_file(std::span<const std::byte> bytes);

/// @throws Error if the bytes are those of such a file. `expected` says what was wanted of it.
void refuse_foreign_file(std::span<const std::byte> bytes, const std::string& where,
                         const std::string& expected);

/// A folder without weights that can be read: what among its files holds them in another form. Nullopt if
/// nothing does.
std::optional<ForeignFile> foreign_weights(const std::vector<std::string>& file_names);

/// All kinds that are known, for documents: by their bytes, then those that only their names tell.
std::vector<ForeignFile> foreign_file_kinds();

} // namespace gf
