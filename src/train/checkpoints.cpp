#include "train/checkpoints.h"

#include "core/error.h"
#include "io/write_file.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <string_view>
#include <vector>

namespace gf {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view k_prefix = "step-", k_unfinished = "unfinished";

/// Newest first.
std::vector<Checkpoints::Entry> entries(const fs::path& folder) {
    std::vector<Checkpoints::Entry> found;
    std::error_code none; // no folder: no checkpoint
    for (const auto& entry : fs::directory_iterator(folder, none)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(k_prefix)) continue;
        std::int64_t step = 0;
        const char *begin = name.data() + k_prefix.size(), *end = name.data() + name.size();
        const auto [stop, error] = std::from_chars(begin, end, step);
        if (error == std::errc() && stop == end) found.push_back({step, entry.path()});
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.step > b.step; });
    return found;
}

/// A folder that goes unless it has got its name.
class Unfinished {
  public:
    explicit Unfinished(fs::path path) : path_(std::move(path)) {
        std::error_code failure;
        fs::remove_all(path_, failure); // of a run that was killed
        fs::create_directories(path_, failure);
        if (failure)
            throw Error(
                {path_.string(), "a folder that can be made", failure.message(), "choose another --out"});
    }
    ~Unfinished() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;

    void becomes(const fs::path& name) const {
        std::error_code failure;
        sync_folder(path_);
        fs::rename(path_, name, failure);
        if (failure) throw Error({name.string(), "a checkpoint to be put in place", failure.message(), ""});
        sync_folder(name.parent_path());
    }

  private:
    fs::path path_;
};

} // namespace

std::optional<Checkpoints::Entry> Checkpoints::newest() const {
    const auto all = entries(folder_);
    return all.empty() ? std::nullopt : std::optional(all.front());
}

void Checkpoints::write(std::int64_t step, const std::function<void(const fs::path&)>& fill, int kept) const {
    const fs::path name = folder_ / fmt::format("{}{}", k_prefix, step);
    if (fs::exists(name)) return;
    const Unfinished folder(folder_ / k_unfinished);
    fill(folder_ / k_unfinished);
    folder.becomes(name);
    const auto all = entries(folder_);
    for (std::size_t i = static_cast<std::size_t>(kept); i < all.size(); ++i) {
        // First its name, so that what is left if the removal is cut short is no checkpoint.
        std::error_code ignored; // an old one too many does no harm
        fs::rename(all[i].path, folder_ / k_unfinished, ignored);
        fs::remove_all(folder_ / k_unfinished, ignored);
    }
}

} // namespace gf
