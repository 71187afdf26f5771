#pragma once
// A cell as commands, scripts and session files name it, and how it is found. The serialised form of CellRef.

#include "core/run_view.h"

#include <string>

namespace gf {

struct CellAddress {
    std::string name; ///< public name of a site, with or without its stack, or of a parameter
    int head = -1, row = 0, column = 0; ///< `head` is ignored where the site has no heads
    std::string run = {};      ///< of the run; empty: the one that the name's stack says, or the one in view
    std::string quantity = {}; ///< as name(Quantity); empty: "value"
    static void fields(auto& cell, auto visit) {
        visit("name", cell.name);
        visit("head", cell.head);
        visit("row", cell.row);
        visit("column", cell.column);
        visit("run", cell.run);
        visit("quantity", cell.quantity);
    }
};

/// The cell that an address names among the computed rows of a run; CellRef::run is left to the caller.
/// @throws Error when no site or parameter has this name, an index is outside its axis, or there is no such
/// quantity
CellRef find_cell(const RunView& run, const CellAddress& address);

} // namespace gf
