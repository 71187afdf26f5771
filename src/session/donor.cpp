#include "session/donor.h"

#include <utility>

namespace gf {
namespace {

const std::vector<Edit> k_unedited;
const std::shared_ptr<const Trace> k_no_source;

} // namespace

template <class F>
auto Donor::with_context(F f) const {
    const std::shared_ptr<const Trace> source = source_ ? source_->trace() : nullptr;
    return f(RunContext{*text_.model, text_.stack, source, k_unedited, trace_budget_});
}

Donor::Donor(DonorText text, std::size_t trace_budget) : text_(std::move(text)), trace_budget_(trace_budget) {
    if (text_.source)
        source_ = std::make_shared<Branch>(
            RunContext{*text_.model, Stack::encoder, k_no_source, k_unedited, trace_budget_}, *text_.source,
            Branch::Growth::none);
    run_ = with_context([&](const RunContext& context) {
        return std::make_shared<Branch>(context, text_.tokens, Branch::Growth::none);
    });
}

void Donor::compute_slice() {
    if (source_ && !source_->is_complete())
        source_->compute_slice();
    else
        run_->compute_slice();
}

void Donor::revive() {
    if (run_->trace()) return;
    if (source_ && !source_->trace())
        source_->revive({*text_.model, Stack::encoder, k_no_source, k_unedited, trace_budget_});
    with_context([&](const RunContext& context) { run_->revive(context); });
}

} // namespace gf
