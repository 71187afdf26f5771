#include "cli/trace_file.h"

#include <filesystem>

namespace gf::tests {

std::string out_file() { return (scratch() / "out.safetensors").string(); }

TraceFile trace_of(const SavedModel& model, const std::vector<int>& tokens,
                   const std::vector<std::string>& options) {
    std::vector<std::string> arguments{"trace",          "--model", model.path, "--tokens",
                                       ids_text(tokens), "--out",   out_file()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    std::filesystem::remove(out_file());
    stdout_of(arguments);
    return TraceFile(out_file());
}

std::vector<float> values_of(const Trace& trace, const SiteRef& site) {
    const int n = trace.n_rows(site.site);
    std::vector<float> values;
    const int parts = has_key_axis(site.site) ? trace.config().n_heads : 1; // the file has [head, query, key]
    for (int part = 0; part < parts; ++part)
        for (int row = 0; row < n; ++row) {
            const auto all = row_of(trace, site.site, site.layer, row);
            const std::size_t width = all.size() / static_cast<std::size_t>(parts);
            const auto some = all.subspan(static_cast<std::size_t>(part) * width, width);
            values.insert(values.end(), some.begin(), some.end());
        }
    return values;
}

void expect_equal(const TraceFile& file, const Trace& trace, const std::string& prefix) {
    for (const SiteRef& site : all_sites(trace.config())) {
        const std::string name = site_name(site.site, site.layer);
        if (site.site == Site::expert_indices) continue; // not floats; ExpertsAreWholeNumbers compares them
        const auto found = file.values(prefix + name), expected = values_of(trace, site);
        EXPECT_TRUE(found.size() == expected.size() &&
                    std::memcmp(found.data(), expected.data(), found.size() * sizeof(float)) == 0)
            << name;
    }
}

} // namespace gf::tests
