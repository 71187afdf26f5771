#pragma once
// Paths of models and tokenizers as people write, drop and read them. All functions look at the disk: not for
// every frame.

#include "session/command.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace gf::ui {

/// What a path leads to, as far as names tell; the loaders look inside.
enum class PathKind { missing, folder, model_folder, model_file, tokenizer, other };
PathKind path_kind(const std::filesystem::path& path);

/// The path that a person typed: without the blanks around it, "~" is the home folder.
std::filesystem::path typed_path(std::string_view text);

/// For display on one line: valid UTF-8 without control characters, the home folder as "~".
std::string shown_path(const std::filesystem::path& path);
/// The same for a file's name.
std::string shown_name(const std::filesystem::path& name);
/// "1.1 MB"
std::string shown_size(std::uintmax_t bytes);
/// "260 k", "124 M"
std::string shown_count(double n);

/// The tokenizer that belongs to a model: tokenizer.json in its folder, or the tok*.bin beside a llama2.c
/// file (of several the one with as many tokens as the model). Empty when there is none.
std::string guess_tokenizer(const std::filesystem::path& model);

/// What a person means who drops these files on the window. The model is empty when only a tokenizer was
/// among them.
command::Open open_dropped(const std::vector<std::string>& paths);

} // namespace gf::ui
