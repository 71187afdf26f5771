#include "labs/yaml.h"

#include "platform/error.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace gf {
namespace {

constexpr int k_deepest = 16;

nlohmann::json convert(const YAML::Node& node, int depth) {
    if (depth > k_deepest) throw YAML::Exception(node.Mark(), "fewer levels inside each other");
    switch (node.Type()) {
    case YAML::NodeType::Sequence: {
        auto list = nlohmann::json::array();
        for (const YAML::Node& item : node) list.push_back(convert(item, depth + 1));
        return list;
    }
    case YAML::NodeType::Map: {
        auto object = nlohmann::json::object();
        for (const auto& item : node) object[item.first.as<std::string>()] = convert(item.second, depth + 1);
        return object;
    }
    case YAML::NodeType::Scalar: {
        const std::string& text = node.Scalar();
        if (node.Tag() == "!") return text; // it stood in quotation marks
        if (text == "true" || text == "false") return text == "true";
        if (std::int64_t whole = 0; YAML::convert<std::int64_t>::decode(node, whole)) return whole;
        if (double number = 0; YAML::convert<double>::decode(node, number)) return number;
        return text;
    }
    default: return nullptr;
    }
}

} // namespace

nlohmann::json json_of_yaml(const std::string& text, const std::string& name, int first_line) {
    try {
        return convert(YAML::Load(text), 0);
    } catch (const YAML::Exception& e) {
        throw Error(
            {fmt::format("{}, line {}", name, first_line + std::max(e.mark.line, 0)), "YAML", e.msg, ""});
    }
}

} // namespace gf
