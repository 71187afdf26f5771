#include "measures/expert_outputs.h"

#include <algorithm>
#include <cmath>

namespace gf {
namespace {

double length_of_vector(const std::vector<float>& x) {
    double sum = 0;
    for (const float v : x) sum += static_cast<double>(v) * static_cast<double>(v);
    return std::sqrt(sum);
}

} // namespace

void find_expert_outputs(const Trace& trace, int layer, int row, ExpertOutputs& out) {
    const ModelConfig& c = trace.config();
    const BlockWeights& block =
        trace.weights().stack(trace.shape().stack).blocks[static_cast<std::size_t>(layer)];
    const auto d = static_cast<std::size_t>(c.d_model);
    out.parts.resize(static_cast<std::size_t>(c.expert_slots()));
    out.written.assign(d, 0);
    for (int slot = 0; slot < c.expert_slots(); ++slot) {
        ExpertOutputs::Part& part = out.parts[static_cast<std::size_t>(slot)];
        part.chosen = static_cast<int>(trace.row(Site::expert_indices, layer, row)[slot]);
        part.visited = trace.visited_expert(layer, row, slot);
        part.gate = static_cast<double>(trace.row(Site::expert_gates, layer, row)[slot]);
        const ExpertWeights& expert = block.experts[static_cast<std::size_t>(part.visited)];
        const real* post = trace.row(Site::mlp_post, layer, row) + slot * c.d_mlp;
        part.values.assign(d, 0);
        if (expert.out_bias) std::copy_n(expert.out_bias, d, part.values.begin());
        for (int i = 0; i < c.d_mlp; ++i) // (d_mlp) x (d_mlp, d_model) -> (d_model)
            for (std::size_t j = 0; j < d; ++j)
                part.values[j] += static_cast<float>(
                    post[i] * expert.out.data[i * expert.out.stride + static_cast<int>(j)]);
        part.length = length_of_vector(part.values);
        for (std::size_t j = 0; j < d; ++j) out.written[j] += static_cast<float>(part.gate) * part.values[j];
    }
    out.length = length_of_vector(out.written);
}

} // namespace gf
