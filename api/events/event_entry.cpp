#include "api/events/event_entry.hpp"

#include <cmath>
#include <string_view>

#include "api/machines.hpp"
#include "engine/base/json_member.hpp"

namespace stepwell::api::events {
namespace {

constexpr std::size_t kMostEntryBytes = 262'144;

BadEntry lacks(const char* argument) {
    const std::string name(argument);
    return {"InvalidArgument",
            "Parameter " + name + " is not valid. Reason: " + name + " is a required argument."};
}

}  // namespace

std::string event_time(TimePoint time) {
    constexpr std::size_t kToSeconds = std::string_view("2026-01-01T00:00:00").size();
    return to_iso8601(time).substr(0, kToSeconds) + "Z";
}

Result<Json, BadEntry> event_of(const Json& entry, const Owner& owner, TimePoint now) {
    for (const char* member : {"Source", "DetailType", "Detail"}) {
        if (text_of(entry, member).empty()) return lacks(member);
    }
    const std::string text = text_of(entry, "Detail");
    if (text.size() > kMostEntryBytes)
        return BadEntry{"InvalidArgument", "The entry is larger than 256 KB."};
    auto detail = parse_json(text);
    if (!detail || !detail->is_object()) return BadEntry{"MalformedDetail", "Detail is malformed."};
    Json event = Json::object();
    event["version"] = "0";
    event["id"] = new_uuid();
    event["detail-type"] = text_of(entry, "DetailType");
    event["source"] = text_of(entry, "Source");
    event["account"] = owner.account;
    const Json* time = given_member_of(entry, "Time");
    const bool timed = time != nullptr && time->is_number() && time->get<double>() >= 0 &&
                       time->get<double>() < 1e11;
    event["time"] =
        event_time(timed ? TimePoint{Milliseconds{std::llround(time->get<double>() * 1000)}} : now);
    event["region"] = owner.region;
    event["resources"] = Json::array();
    if (const Json* resources = given_member_of(entry, "Resources");
        resources && resources->is_array())
        event["resources"] = *resources;
    event["detail"] = *std::move(detail);
    return event;
}

}  // namespace stepwell::api::events
