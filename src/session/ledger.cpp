#include "session/ledger.h"

namespace gf {

void Ledger::add(const std::shared_ptr<Branch>& branch) {
    if (!branch || !counted_.insert(branch.get()).second) return;
    droppable_.push_back(branch);
    bytes_ += branch->bytes();
}

void Ledger::add_kept(const std::shared_ptr<Branch>& branch) {
    if (branch && counted_.insert(branch.get()).second) bytes_ += branch->bytes();
}

void Ledger::settle(std::size_t budget) {
    for (const auto& branch : droppable_) {
        if (bytes_ <= budget) return;
        bytes_ -= branch->bytes();
        branch->drop();
    }
}

} // namespace gf
