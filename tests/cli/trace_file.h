#pragma once
// The file that `glassformer trace` writes, and what the same run in this process has. Used by the tests of
// trace.

#include "cli/process.h"
#include "io/safetensors.h"
#include "platform/mapped_file.h"
#include "support/compare.h"

#include <gmock/gmock.h>

#include <cstring>
#include <set>

namespace gf::tests {

using Shape = std::vector<std::int64_t>;

/// A file that the program wrote.
class TraceFile {
  public:
    explicit TraceFile(const std::string& path)
        : file_(path), tensors_(parse_safetensors(file_.bytes(), path)) {}

    std::set<std::string> names() const {
        std::set<std::string> names;
        for (const TensorEntry& t : tensors_.tensors) names.insert(t.name);
        return names;
    }
    const TensorEntry& at(const std::string& name) const {
        const TensorEntry* found = tensors_.find(name);
        if (!found) throw std::out_of_range("no tensor " + name);
        return *found;
    }
    Shape shape(const std::string& name) const { return at(name).shape; }
    std::vector<float> values(const std::string& name) const {
        const TensorEntry& t = at(name);
        EXPECT_EQ(t.dtype, DType::f32) << name;
        std::vector<float> values(t.bytes.size() / sizeof(float));
        std::memcpy(values.data(), t.bytes.data(), t.bytes.size());
        return values;
    }
    const std::map<std::string, std::string>& metadata() const { return tensors_.metadata; }

  private:
    MappedFile file_;
    Safetensors tensors_;
};

std::string out_file();
/// Runs `trace` with further options and returns what it wrote.
TraceFile trace_of(const SavedModel& model, const std::vector<int>& tokens,
                   const std::vector<std::string>& options = {});
/// The values of a site of a run in this process, in the order of the file's axes.
std::vector<float> values_of(const Trace& trace, const SiteRef& site);
/// Expects every site of the run in the file, bit for bit, under names that begin with the prefix.
void expect_equal(const TraceFile& file, const Trace& trace, const std::string& prefix = "");

} // namespace gf::tests
