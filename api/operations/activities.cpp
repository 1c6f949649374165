#include "api/arns.hpp"
#include "api/configurations.hpp"
#include "api/json_writer.hpp"
#include "api/list_page.hpp"
#include "api/operations.hpp"

namespace stepwell::api::operations_of {
namespace {

/// Another caller may remove an activity between our write and our look; then we write again, so
/// often.
constexpr int kMaxAttempts = 8;

struct NewActivity {
    ActivityRecord record;
    std::vector<std::pair<std::string, std::string>> tags;
};

Checked<NewActivity> read_new_activity(Call& call) {
    const Input& input = call.input();
    NewActivity activity;
    activity.record.name = TRY(parse_name(input.required_text("name")));
    activity.record.encryption_configuration =
        TRY(parse_encryption_configuration(input.find("encryptionConfiguration")));
    activity.tags = TRY(parse_tags(input.find("tags")));
    activity.record.owner = call.owner();
    activity.record.arn = activity_arn(call.owner(), activity.record.name);
    activity.record.creation_date = call.services().clock.now();
    return activity;
}

std::string_view encryption_of(const ActivityRecord& activity) {
    return activity.encryption_configuration.empty()
               ? kOwnedKey
               : std::string_view(activity.encryption_configuration);
}

void write_identity(ObjectWriter& object, const ActivityRecord& activity) {
    object.text("activityArn", activity.arn);
    object.text("name", activity.name);
    object.date("creationDate", activity.creation_date);
}

std::string created(const ActivityRecord& activity) {
    std::string body;
    ObjectWriter object(body);
    object.text("activityArn", activity.arn);
    object.date("creationDate", activity.creation_date);
    object.end();
    return body;
}

void create(const CallPtr& call, const std::shared_ptr<const NewActivity>& activity, int attempt);

/// The ARN exists: answers as the first create was. API Reference, CreateActivity: "idempotency
/// check is based on the activity name"; ActivityAlreadyExists is for another encryption
/// configuration.
void answer_existing(const CallPtr& call, const std::shared_ptr<const NewActivity>& activity,
                     int attempt) {
    const auto there = call->store().find_activity(activity->record.arn);
    if (!there) {
        if (attempt >= kMaxAttempts)
            return call->fail("the activity comes and goes: " + activity->record.arn);
        return create(call, activity, attempt + 1);
    }
    if (encryption_of(activity->record) != encryption_of(*there))
        return call->refuse(error(ErrorKind::activity_already_exists, there->arn));
    call->succeed(created(*there));
}

void create(const CallPtr& call, const std::shared_ptr<const NewActivity>& activity, int attempt) {
    call->store().create_activity(
        activity->record, activity->tags, [call, activity, attempt](Outcome outcome) {
            call->guarded([&] {
                if (outcome == Outcome::conflict)
                    return call->on_reader([=] { answer_existing(call, activity, attempt); });
                if (outcome == Outcome::limit_reached)
                    return call->refuse(
                        error(ErrorKind::activity_limit_exceeded, activity->record.arn));
                if (outcome != Outcome::committed) return call->fail(outcome);
                call->succeed(created(activity->record));
            });
        });
}

std::string polled(const PolledTask& task) {
    // "If no task is available within 60 seconds, the poll returns a taskToken with a null string."
    if (task.task_token.empty()) return R"({"taskToken":null})";
    std::string body;
    ObjectWriter object(body);
    object.text("taskToken", task.task_token);
    object.text("input", task.input);
    object.end();
    return body;
}

}  // namespace

void create_activity(const CallPtr& call) {
    auto activity = read_new_activity(*call);
    if (!activity) return call->refuse(activity.error());
    create(call, std::make_shared<const NewActivity>(*std::move(activity)), 1);
}

void delete_activity(const CallPtr& call) {
    const auto arn = parse_activity_arn(call->input().required_text("activityArn"));
    if (!arn) return call->refuse(arn.error());
    call->store().delete_activity(*arn, [call](Outcome outcome) {
        call->guarded([&] {
            // "Deleting" what does not exist succeeds.
            if (outcome != Outcome::committed && outcome != Outcome::not_found)
                return call->fail(outcome);
            call->succeed("{}");
        });
    });
}

Checked<std::string> describe_activity(Call& call) {
    const auto arn = TRY(parse_activity_arn(call.input().required_text("activityArn")));
    const auto activity = call.store().find_activity(arn);
    if (!activity) return error(ErrorKind::activity_does_not_exist, arn);
    std::string body;
    ObjectWriter object(body);
    write_identity(object, *activity);
    object.raw("encryptionConfiguration", encryption_of(*activity));
    object.end();
    return body;
}

Checked<std::string> list_activities(Call& call) {
    return list_page(
        call, "activities", "ListActivities\n" + activity_arn(call.owner(), ""),
        [&](const std::string& after, std::size_t limit) {
            return call.store().list_activities(call.owner(), after, limit);
        },
        [](const ActivityRecord& activity) { return activity.name; },
        [](ObjectWriter& item, const ActivityRecord& activity) { write_identity(item, activity); });
}

void get_activity_task(const CallPtr& call) {
    const auto arn = parse_activity_arn(call->input().required_text("activityArn"));
    if (!arn) return call->refuse(arn.error());
    if (!call->store().has_activity(*arn))
        return call->refuse(error(ErrorKind::activity_does_not_exist, *arn));
    Runtime::GiveUp give_up = call->services().runtime.poll_activity(
        *arn, call->input().take_text("workerName").value_or(""), [call](PolledTask task) {
            call->guarded([&] {
                if (task.outcome != Outcome::committed) return call->fail(task.outcome);
                call->succeed(polled(task));
            });
        });
    if (!give_up) return call->refuse(error(ErrorKind::activity_worker_limit_exceeded, *arn));
    call->on_cancel(std::move(give_up));
}

}  // namespace stepwell::api::operations_of
