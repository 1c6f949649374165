#include "api/arns.hpp"
#include "api/configurations.hpp"
#include "api/json_writer.hpp"
#include "api/operations.hpp"

namespace stepwell::api::operations_of {
namespace {

void answer(const CallPtr& call, const std::string& arn, Outcome outcome) {
    switch (outcome) {
        case Outcome::committed:
            return call->succeed("{}");
        case Outcome::not_found:
            return call->refuse(tagged_resource_not_found(arn));
        case Outcome::limit_reached:
            return call->refuse(error(ErrorKind::too_many_tags, "A resource may have at most " +
                                                                    std::to_string(kMaxTags) +
                                                                    " tags: '" + arn + "'"));
        case Outcome::conflict:
        case Outcome::in_use:
        case Outcome::overloaded:
        case Outcome::discarded:
            return call->fail(outcome);
    }
}

Committed answering(const CallPtr& call, const std::string& arn) {
    return [call, arn](Outcome outcome) { call->guarded([&] { answer(call, arn, outcome); }); };
}

}  // namespace

void tag_resource(const CallPtr& call) {
    const auto arn = parse_taggable_arn(call->input().required_text("resourceArn"));
    if (!arn) return call->refuse(arn.error());
    auto tags = parse_tags(call->input().find("tags"));
    if (!tags) return call->refuse(tags.error());
    call->store().tag_resource(*arn, *std::move(tags), answering(call, *arn));
}

void untag_resource(const CallPtr& call) {
    const auto arn = parse_taggable_arn(call->input().required_text("resourceArn"));
    if (!arn) return call->refuse(arn.error());
    std::vector<std::string> keys;
    for (const Json& key : call->input().find("tagKeys")->get_ref<const Json::array_t&>())
        keys.push_back(key.get<std::string>());
    call->store().untag_resource(*arn, std::move(keys), answering(call, *arn));
}

Checked<std::string> list_tags_for_resource(Call& call) {
    const auto arn = TRY(parse_taggable_arn(call.input().required_text("resourceArn")));
    const auto tags = call.store().tags_of(arn);
    if (!tags) return tagged_resource_not_found(arn);
    std::string body;
    ObjectWriter object(body);
    object.member("tags").push_back('[');
    for (const auto& [key, value] : *tags) {
        if (body.back() != '[') body.push_back(',');
        ObjectWriter tag(body);
        tag.text("key", key);
        tag.text("value", value);
        tag.end();
    }
    body.push_back(']');
    object.end();
    return body;
}

}  // namespace stepwell::api::operations_of
