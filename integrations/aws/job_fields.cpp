#include "integrations/aws/job_fields.hpp"

#include <charconv>
#include <cmath>
#include <string>

namespace stepwell::aws {
namespace {

/// The value that a field names, or null.
Json resolve(std::string_view from, const JobSources& sources) {
    const std::pair<std::string_view, const Json*> kSources[] = {
        {"in.", &sources.in}, {"out.", &sources.out}, {"it.", &sources.it}};
    for (const auto& [prefix, source] : kSources) {
        if (!from.starts_with(prefix)) continue;
        const Json* found = value_at(*source, from.substr(prefix.size()));
        return found == nullptr ? Json() : *found;
    }
    return Json(std::string(from));
}

/// Where the value of `Filters[].Name` goes: what is on the way there is made.
Json& place_for(Json& object, std::string_view name) {
    constexpr std::string_view kList = "[]";
    Json* here = &object;
    while (!name.empty()) {
        const std::size_t dot = std::min(name.find('.'), name.size());
        std::string_view step = name.substr(0, dot);
        name.remove_prefix(std::min(dot + 1, name.size()));
        const bool list = step.ends_with(kList);
        if (list) step.remove_suffix(kList.size());
        if (here->is_null()) *here = Json::object();
        here = &(*here)[std::string(step)];
        if (!list) continue;
        if (here->is_null()) {
            *here = Json::array();
            here->push_back(Json());
        }
        here = &(*here)[0];
    }
    return *here;
}

}  // namespace

const Json* value_at(const Json& value, std::string_view path) {
    const Json* here = &value;
    while (!path.empty()) {
        const std::size_t dot = std::min(path.find('.'), path.size());
        const std::string_view step = path.substr(0, dot);
        path.remove_prefix(std::min(dot + 1, path.size()));
        if (here->is_array()) {
            std::size_t index = 0;
            const auto [end, ec] = std::from_chars(step.data(), step.data() + step.size(), index);
            if (ec != std::errc() || index >= here->size()) return nullptr;
            here = &(*here)[index];
        } else if (here->is_object()) {
            const auto found = here->find(std::string(step));
            if (found == here->end()) return nullptr;
            here = &*found;
        } else {
            return nullptr;
        }
    }
    return here->is_null() ? nullptr : here;
}

Json fill_fields(const JobFields& fields, const JobSources& sources) {
    Json out = Json::object();
    for (const JobField& field : fields) {
        if (field.name.empty()) continue;
        Json value = resolve(field.from, sources);
        if (!value.is_null()) place_for(out, field.name) = std::move(value);
    }
    return out;
}

bool is_among(std::string_view states, std::string_view state) {
    if (state.empty()) return false;
    while (!states.empty()) {
        const std::size_t bar = std::min(states.find('|'), states.size());
        if (states.substr(0, bar) == state) return true;
        states.remove_prefix(std::min(bar + 1, states.size()));
    }
    return false;
}

bool is_since(const Json* moment, std::int64_t since) {
    if (moment == nullptr || !moment->is_number()) return false;
    constexpr std::int64_t kSecond = 1'000;
    const double milliseconds = moment->get<double>();
    const bool whole_second = std::fmod(milliseconds, double(kSecond)) == 0.0;
    return milliseconds >= double(whole_second ? since - since % kSecond : since);
}

const Json* find_job(const JobSearch& search, const Json& answer, const Json& in,
                     std::int64_t since) {
    const Json wanted = search.wanted.empty() ? Json() : resolve(search.wanted, {in, in, in});
    const auto fits = [&](const Json& one) {
        const Json* name = search.name.empty() ? nullptr : value_at(one, search.name);
        if (!search.name.empty() && (name == nullptr || *name != wanted)) return false;
        if (search.created.empty()) return true;
        return is_since(value_at(one, search.created), since);
    };
    if (search.list.empty()) return fits(answer) ? &answer : nullptr;
    const Json* list = value_at(answer, search.list);
    if (list == nullptr || !list->is_array()) return nullptr;
    for (const Json& one : *list) {
        if (fits(one)) return &one;
    }
    return nullptr;
}

}  // namespace stepwell::aws
