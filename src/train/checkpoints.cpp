#include "train/checkpoints.h"

#include "platform/error.h"
#include "platform/write_file.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <string_view>
#include <vector>

namespace gf {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view k_prefix = "step-", k_unfinished = "unfinished";

/// The checkpoints in a folder, newest first.
std::vector<Checkpoints::Entry> find_entries(const fs::path& folder) {
    std::vector<Checkpoints::Entry> found;
    std::error_code ignored; // a folder that does not exist has no checkpoints
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
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

/// A folder that is removed at the end of the scope unless it was renamed.
class UnfinishedFolder {
  public:
    explicit UnfinishedFolder(fs::path path) : path_(std::move(path)) {
        std::error_code failure;
        fs::remove_all(path_, failure); // what a run left that was killed
        fs::create_directories(path_, failure);
        if (failure)
            throw Error(
                {path_.string(), "a folder that can be made", failure.message(), "choose another --out"});
    }
    ~UnfinishedFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    UnfinishedFolder(const UnfinishedFolder&) = delete;
    UnfinishedFolder& operator=(const UnfinishedFolder&) = delete;

    void rename_to(const fs::path& name) const {
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
    const auto all = find_entries(folder_);
    return all.empty() ? std::nullopt : std::optional(all.front());
}

void Checkpoints::write(std::int64_t step, const std::function<void(const fs::path&)>& fill,
                        int n_kept) const {
    const fs::path name = folder_ / fmt::format("{}{}", k_prefix, step);
    if (fs::exists(name)) return;
    const UnfinishedFolder folder(folder_ / k_unfinished);
    fill(folder_ / k_unfinished);
    folder.rename_to(name);
    const auto all = find_entries(folder_);
    for (std::size_t i = static_cast<std::size_t>(n_kept); i < all.size(); ++i) {
        // It loses its name first: if the removal is cut short, what is left does not look like a checkpoint.
        std::error_code ignored; // one old checkpoint too many does no harm
        fs::rename(all[i].path, folder_ / k_unfinished, ignored);
        fs::remove_all(folder_ / k_unfinished, ignored);
    }
}

} // namespace gf
