#include <charconv>

#include "api/arns.hpp"
#include "api/json_writer.hpp"
#include "api/list_page.hpp"
#include "api/machines.hpp"
#include "api/operations.hpp"

namespace stepwell::api::operations_of {
namespace {

/// The machine may be updated between our look and our write; then we look again, so often.
constexpr int kMaxAttempts = 8;
/// What stands for the id of a machine's first revision, which has none. API Reference,
/// PublishStateMachineVersion, `revisionId`.
constexpr std::string_view kInitialRevision = "INITIAL";

std::string_view shown_revision(const StateMachineRecord& machine) {
    return machine.revision_id.empty() ? kInitialRevision : machine.revision_id;
}

ApiError another_revision(std::string_view wanted, const StateMachineRecord& machine) {
    std::string text = "Failed to publish the State Machine version for revision ";
    text.append(wanted).append(". The current State Machine revision is ");
    text.append(shown_revision(machine)).append(".");
    return error(ErrorKind::conflict, text);
}

std::string published(const std::string& machine_arn, const VersionItem& version) {
    std::string body;
    ObjectWriter object(body);
    object.date("creationDate", version.creation_date);
    object.text("stateMachineVersionArn", qualified_arn(machine_arn, version.number));
    object.end();
    return body;
}

/// On a reader thread.
void publish(const CallPtr& call, const StateMachineArn& arn, int attempt) {
    const auto machine = find_active_machine(*call, arn);
    if (!machine) return call->refuse(machine.error());
    const std::string* wanted = call->input().text("revisionId");
    if (wanted && *wanted != shown_revision(**machine))
        return call->refuse(another_revision(*wanted, **machine));
    const std::string* description = call->input().text("description");
    call->store().publish_version(
        arn.text, (*machine)->revision_id, {description ? *description : ""},
        publication_time(call->services().clock, **machine),
        [call, arn, attempt](const PublishOutcome& made) {
            call->guarded([&] {
                if (made.outcome == Outcome::committed)
                    return call->succeed(published(arn.text, made.version));
                if (made.outcome == Outcome::limit_reached)
                    return call->refuse(too_many_versions(arn.text));
                if (made.outcome != Outcome::conflict && made.outcome != Outcome::not_found)
                    return call->fail(made.outcome);
                if (attempt >= kMaxAttempts) {
                    return call->refuse(
                        error(ErrorKind::conflict,
                              "The state machine is being updated by other requests: '" + arn.text +
                                  "'"));
                }
                call->on_reader([call, arn, attempt] { publish(call, arn, attempt + 1); });
            });
        });
}

/// OBSERVED: conformance fact "Version to be deleted must not be referenced by an alias. …".
ApiError referenced(const Call& call, const StateMachineArn& arn) {
    std::string names;
    for (const AliasRecord& alias :
         call.store().list_aliases(arn.unqualified(), *arn.version(), "", kMaxAliases)) {
        if (!names.empty()) names += ", ";
        names += alias.name;
    }
    return error(ErrorKind::conflict,
                 "Version to be deleted must not be referenced by an alias. Current list of "
                 "aliases referencing this version: [" +
                     names + "]");
}

}  // namespace

void publish_state_machine_version(const CallPtr& call) {
    auto arn = parse_unlabeled_state_machine_arn(call->input().required_text("stateMachineArn"));
    if (!arn) return call->refuse(arn.error());
    call->on_reader([call, arn = *std::move(arn)] { publish(call, arn, 1); });
}

void delete_state_machine_version(const CallPtr& call) {
    auto arn = parse_version_arn(call->input().required_text("stateMachineVersionArn"));
    if (!arn) return call->refuse(arn.error());
    const std::string machine = arn->unqualified();
    const std::int64_t number = *arn->version();
    call->store().delete_version(machine, number, [call, arn = *std::move(arn)](Outcome outcome) {
        call->guarded([&] {
            if (outcome == Outcome::in_use) {
                return call->on_reader([call, arn] { call->refuse(referenced(*call, arn)); });
            }
            // "Deleting" what does not exist succeeds.
            if (outcome != Outcome::committed && outcome != Outcome::not_found)
                return call->fail(outcome);
            call->succeed("{}");
        });
    });
}

Checked<std::string> list_state_machine_versions(Call& call) {
    const auto arn =
        TRY(parse_unlabeled_state_machine_arn(call.input().required_text("stateMachineArn")));
    // The model names no error for a machine that is not there but InvalidArn.
    if (arn.qualified() || !call.store().find_state_machine(arn.text))
        return error(ErrorKind::invalid_arn, arn.text);
    return list_page(
        call, "stateMachineVersions", "ListStateMachineVersions\n" + arn.text,
        [&](const std::string& after, std::size_t limit) {
            std::int64_t before = 0;
            std::from_chars(after.data(), after.data() + after.size(), before);
            return call.store().list_versions(arn.text, before, limit);
        },
        [](const VersionItem& version) { return std::to_string(version.number); },
        [&](ObjectWriter& item, const VersionItem& version) {
            item.text("stateMachineVersionArn", qualified_arn(arn.text, version.number));
            item.date("creationDate", version.creation_date);
        });
}

}  // namespace stepwell::api::operations_of
