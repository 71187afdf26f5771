#pragma once
// Edits as people, files and commands write them: sites and donors by name. Edit files of the command line,
// the commands of a session and what is saved of it have this one form in JSON, both ways (io/fields.h). It
// becomes an Edit, which points to its donor's Trace, when a run is computed.

#include "core/edit.h"
#include "core/params.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// Which cells of a run: of a site, or of a part of it.
struct CellsSpec {
    using Range = std::array<int, 2>; ///< half-open; a negative end means to the end
    std::string site;                 ///< public name, which may begin with "encoder." or "decoder."
    std::string run = {}; ///< name of the run; empty: the one of the stack that the site's name begins with
    std::optional<Range> rows{}, heads{}, columns{}; ///< nullopt: all
    bool operator==(const CellsSpec&) const = default;
    static void fields(auto& cells, auto visit) {
        visit("site", cells.site, {.required = true});
        visit("run", cells.run, {.skip_empty = true});
        visit("rows", cells.rows);
        visit("heads", cells.heads);
        visit("columns", cells.columns);
    }
};

/// The run that cells are taken from, by name.
struct DonorSpec {
    enum class Kind {
        prompt, ///< the same model's run of another text
        branch, ///< a branch of the session's text
        run,    ///< a run beside the session's text, or that text itself
    };
    Kind kind = Kind::prompt;
    std::string prompt = {};
    int branch = 0; ///< index in the tree
    std::string run = {};
    int shift = 0; ///< row r is taken from row r + shift of the donor
    bool operator==(const DonorSpec&) const = default;
    static void fields(auto& donor, auto visit) {
        visit.one_of(donor.kind, [&](auto inside) {
            inside("prompt", donor.prompt);
            inside("branch", donor.branch, {.least = 0});
            inside("run", donor.run, {.least = 1});
        });
        visit("shift", donor.shift);
    }
};
std::string_view name(DonorSpec::Kind);

struct EditSpec {
    CellsSpec cells;
    Edit::Kind kind = Edit::Kind::scale;
    double scale = 0;
    std::vector<double> values{}; ///< what values and add have: one for all cells, or one for each
    DonorSpec donor{};
    bool operator==(const EditSpec&) const = default;
    static void fields(auto& edit, auto visit) {
        CellsSpec::fields(edit.cells, visit);
        visit.one_of(edit.kind, [&](auto inside) {
            inside("scale", edit.scale);
            inside("values", edit.values, {.single_for_list = true});
            inside("add", edit.values, {.single_for_list = true});
            inside("donor", edit.donor);
        });
    }
};

/// Whether the edit switches its cells off.
inline bool is_switch(const EditSpec& edit) { return edit.kind == Edit::Kind::scale && edit.scale == 0; }

/// The cells in a run of this stack; only ends that depend on the length of the run stay open. CellsSpec::run
/// is left to the caller.
/// @throws Error when no site of the stack has this name, or a range ends before it begins
CellRange find_cells(const Weights& weights, Stack stack, const CellsSpec& cells);

/// The edit of these cells. `donor` is the run that is named, or null if none is.
/// @throws Error when a number is too large
Edit make_edit(const EditSpec& spec, const CellRange& cells, std::shared_ptr<const Trace> donor);

} // namespace gf
