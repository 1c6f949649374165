#include "integrations/sdk_result.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/ascii.hpp"

namespace stepwell {

Json http_metadata(unsigned status, const HttpHeaders& headers) {
    Json all = Json::object();
    std::vector<const HttpHeader*> sorted;
    for (const HttpHeader& header : headers) {
        if (all.contains(header.name)) continue;
        all[header.name] = Json::array();
        all[header.name].push_back(header.value);
        sorted.push_back(&header);
    }
    std::ranges::sort(sorted, [](const HttpHeader* a, const HttpHeader* b) {
        return less_ignoring_case(a->name, b->name);
    });
    Json single = Json::object();
    for (const HttpHeader* header : sorted) single[header->name] = header->value;
    Json metadata = Json::object();
    metadata["AllHttpHeaders"] = std::move(all);
    metadata["HttpHeaders"] = std::move(single);
    metadata["HttpStatusCode"] = status;
    return metadata;
}

Json in_name_order(const Json& object) {
    std::vector<std::pair<std::string, Json>> members;
    for (const auto& [name, value] : object.get_ref<const Json::object_t&>())
        members.emplace_back(name, value);
    std::ranges::sort(members, {}, &std::pair<std::string, Json>::first);
    Json out = Json::object();
    for (auto& [name, value] : members) out[name] = std::move(value);
    return out;
}

}  // namespace stepwell
