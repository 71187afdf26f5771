#pragma once
// The tensors of all files of a model, by name. Names are plain: without what training leaves around them,
// and a tensor that is stored once for several names is found by each. Used by load_hf_model().

#include "io/hf_model.h"
#include "io/safetensors.h"

#include <deque>
#include <unordered_map>

namespace gf {

/// The file of this name. @throws Error when there is none, with the remedy, or it is no file of a model
std::span<const std::byte> open_required(const FileSet& files, const std::string& name,
                                         const std::string& remedy);

/// A tensor's name without the words that torch.compile ("_orig_mod."), FSDP, checkpointing and data-parallel
/// training ("module.") put into it.
std::string plain_name(std::string name);

class TensorSet {
  public:
    /// Reads a file's header. @throws Error when there is no such file, it is damaged, or a tensor of that
    /// plain name is there already
    void add(const FileSet& files, const std::string& name, const std::string& remedy);

    struct Located {
        const TensorEntry* tensor;
        std::string file; ///< the file's name in messages
        bool used;
    };
    /// Finds a tensor by its plain name, or by the name that a file's metadata says it also has, and marks it
    /// as used; null if there is none.
    const Located* take(const std::string& name);
    bool has(const std::string& name) const { return by_name_.contains(name); }
    /// Whether some plain name has this text in it.
    bool mentions(std::string_view text) const;
    std::size_t size() const { return by_name_.size(); }
    std::size_t n_bytes() const; ///< of all tensors
    std::size_t n_files() const { return files_.size(); }
    const Safetensors& last_file() const { return files_.back(); }

    /// Calls `f(tensor, plain name, file)` in the files' order, so that messages do not depend on hashing.
    template <class F>
    void for_each_unused(F f) const {
        for (const Safetensors& file : files_)
            for (const TensorEntry& t : file.tensors)
                if (const std::string name = plain_name(t.name); !by_name_.at(name).used)
                    f(t, name, file.where);
    }

  private:
    std::deque<Safetensors> files_; // a deque, because the map points into its elements
    std::unordered_map<std::string, Located> by_name_;
};

} // namespace gf
