#include "io/tensor_set.h"

#include "io/foreign_file.h"
#include "platform/error.h"

#include <algorithm>
#include <fmt/format.h>

namespace gf {

std::span<const std::byte> open_required(const FileSet& files, const std::string& name,
                                         const std::string& remedy) {
    const auto bytes = files.open(name);
    if (!bytes) throw Error({files.where, "a file " + name, "none", remedy});
    const bool is_json = name.ends_with(".json");
    refuse_foreign_file(*bytes, files.where + "/" + name, is_json ? "JSON" : "a safetensors file");
    return *bytes;
}

std::string plain_name(std::string name) {
    for (const std::string_view word : {"_orig_mod.", "_fsdp_wrapped_module.", "_checkpoint_wrapped_module."})
        for (std::size_t at; (at = name.find(word)) != name.npos;) name.erase(at, word.size());
    while (name.starts_with("module.")) name.erase(0, 7);
    return name;
}

void TensorSet::add(const FileSet& files, const std::string& name, const std::string& remedy) {
    files_.push_back(parse_safetensors(open_required(files, name, remedy), files.where + "/" + name));
    const Safetensors& file = files_.back();
    for (const TensorEntry& t : file.tensors) {
        const auto [it, is_new] = by_name_.emplace(plain_name(t.name), Located{&t, file.where, false});
        if (!is_new)
            throw Error({fmt::format("{}: tensor '{}'", file.where, t.name), "every tensor in one file",
                         fmt::format("another, '{}', in {}", it->second.tensor->name, it->second.file),
                         "remove one of them"});
    }
}

const TensorSet::Located* TensorSet::take(const std::string& name) {
    auto it = by_name_.find(name);
    // What PyTorch shares, safetensors stores once; the metadata names the tensor that stands for the others.
    for (auto file = files_.begin(); it == by_name_.end() && file != files_.end(); ++file)
        for (const auto& [removed, kept] : file->metadata)
            if (it == by_name_.end() && plain_name(removed) == name) it = by_name_.find(plain_name(kept));
    if (it == by_name_.end()) return nullptr;
    it->second.used = true;
    return &it->second;
}

std::size_t TensorSet::n_bytes() const {
    std::size_t n = 0;
    for (const auto& [name, place] : by_name_) n += place.tensor->bytes.size();
    return n;
}

bool TensorSet::mentions(std::string_view text) const {
    return std::any_of(by_name_.begin(), by_name_.end(),
                       [&](const auto& entry) { return entry.first.find(text) != std::string::npos; });
}

} // namespace gf
