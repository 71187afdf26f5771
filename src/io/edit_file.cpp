#include "io/edit_file.h"

#include "io/fields.h"
#include "platform/error.h"
#include "platform/mapped_file.h"

namespace gf {

std::vector<EditSpec> load_edits(const std::filesystem::path& path) {
    const std::string where = path.string();
    const nlohmann::json list = parse_json(MappedFile(path).text(), where);
    if (!list.is_array()) throw Error({where, "a list of edits", json_summary(list), ""});
    std::vector<EditSpec> edits;
    for (std::size_t i = 0; i < list.size(); ++i)
        edits.push_back(fields_from_json<EditSpec>(
            list[i], {.where = where + " [" + std::to_string(i) + "]", .null_is_absent = false}));
    return edits;
}

} // namespace gf
