#include "io/setup_file.h"

#include "io/fields.h"
#include "platform/error.h"
#include "platform/mapped_file.h"

namespace gf {

RunSetup load_setup(const std::filesystem::path& path, const ModelConfig& config) {
    const std::string where = path.string();
    auto setup =
        fields_from_json<RunSetup>(parse_json(MappedFile(path).text(), where),
                                   {.where = where, .remedy = "docs/command-line.md lists the keys"});
    try {
        validate(setup, config);
    } catch (const Error& e) {
        const Problem& p = e.problem();
        throw Error({where + ": " + p.where, p.expected, p.found, p.remedy});
    }
    return setup;
}

} // namespace gf
