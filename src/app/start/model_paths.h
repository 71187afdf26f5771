#pragma once
// What the paths of models and tokenizers lead to. Used by the start page, its file browser and its gallery.
// Most functions look at the disk, which is not done while drawing.

#include "session/command.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace gf::ui {

/// What a path leads to, as far as the names of files tell. The loaders look into them.
enum class PathKind { missing, folder, model_folder, model_file, tokenizer, other };
PathKind path_kind(const std::filesystem::path& path);

/// The path that a person typed: the blanks around it are left out, and "~" stands for the home folder.
std::filesystem::path typed_path(std::string_view text);

/// The tokenizer that belongs to a model: tokenizer.json in its folder, or the tok*.bin beside a llama2.c
/// file (of several the one with as many tokens as the model). Empty when there is none.
std::string guess_tokenizer(const std::filesystem::path& model);

/// The command that opens files dropped on the window. Its model is empty when only a tokenizer was among
/// them.
command::Open command_for_dropped_files(const std::vector<std::string>& paths);

} // namespace gf::ui
