#include "io/known_models.h"

#include "io/assets.h"
#include "io/fields.h"
#include "platform/mapped_file.h"

namespace gf {

std::vector<KnownModel> read_known_models(const std::filesystem::path& file) {
    const nlohmann::json list = parse_json(MappedFile(file).text(), file.string());
    std::vector<KnownModel> models;
    for (const nlohmann::json& model : list)
        models.push_back(fields_from_json<KnownModel>(model, {.where = file.string()}));
    return models;
}

const std::vector<KnownModel>& known_models() {
    static const std::vector<KnownModel> models = [] {
        const std::filesystem::path file = find_asset("models/known_models.json");
        return file.empty() ? std::vector<KnownModel>() : read_known_models(file);
    }();
    return models;
}

} // namespace gf
