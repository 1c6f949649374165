#include <set>

#include "api/arns.hpp"
#include "api/json_writer.hpp"
#include "api/list_page.hpp"
#include "api/machines.hpp"
#include "api/operations.hpp"

namespace stepwell::api::operations_of {
namespace {

/// Another caller may change what we looked at before our write; then we look again, so often.
constexpr int kMaxAttempts = 8;
constexpr int kWholeWeight = 100;

ApiError unfit_routes(std::string text) {
    return {ErrorKind::validation, std::move(text), "INVALID_ROUTING_CONFIGURATION"};
}

/// `[a, b]`.
std::string listed(const std::vector<std::string>& items) {
    std::string text = "[";
    for (const std::string& item : items) {
        if (text.size() > 1) text += ", ";
        text += item;
    }
    return text + "]";
}

struct Routing {
    std::string state_machine_arn;
    std::vector<AliasRoute> routes;
};

/// OBSERVED: order and texts of the refusals, conformance case
/// sfn_api_aliasing__error_create_alias_invalid_router_configs.
Checked<Routing> read_routing(const Json& given) {
    Routing routing;
    std::vector<StateMachineArn> arns;
    std::vector<std::string> texts;
    std::vector<std::string> weights;
    int sum = 0;
    for (const Json& route : given.get_ref<const Json::array_t&>()) {
        texts.push_back(Input::find(route, "stateMachineVersionArn")->get<std::string>());
        const auto weight = static_cast<int>(integer_of(*Input::find(route, "weight")));
        weights.push_back(std::to_string(weight));
        sum += weight;
        arns.push_back(TRY(parse_state_machine_arn(texts.back())));
        routing.routes.push_back({arns.back().version().value_or(0), weight});
    }
    for (const StateMachineArn& arn : arns) {
        if (!arn.version()) {
            return unfit_routes(
                "Routing configuration must contain state machine version ARNs. Received: " +
                listed(texts));
        }
    }
    if (std::set(texts.begin(), texts.end()).size() < texts.size()) {
        return unfit_routes(
            "Routing configuration must contain distinct state machine version ARNs. Received: " +
            listed(texts));
    }
    routing.state_machine_arn = arns.front().unqualified();
    for (const StateMachineArn& arn : arns) {
        if (arn.unqualified() != routing.state_machine_arn) {
            return unfit_routes(
                "Routing configuration must contain versions of one state machine. Received: " +
                listed(texts));
        }
    }
    if (sum != kWholeWeight) {
        return unfit_routes("Sum of routing configuration weights must equal 100. Received: " +
                            listed(weights));
    }
    return routing;
}

/// The machine must be there, ACTIVE, with these versions: what a write found amiss.
Checked<void> check_references(const Call& call, const std::string& machine_arn,
                               const std::vector<AliasRoute>& routes) {
    const auto machine = call.store().find_state_machine(machine_arn);
    if (!machine) return error(ErrorKind::resource_not_found);
    if (machine->status != MachineStatus::active)
        return error(ErrorKind::state_machine_deleting, machine_arn);
    for (const AliasRoute& route : routes) {
        if (!call.store().find_version(machine_arn, route.version))
            return error(ErrorKind::resource_not_found);
    }
    return {};
}

ApiError changing(std::string_view machine_arn) {
    return error(ErrorKind::conflict, "The state machine is being updated by other requests: '" +
                                          std::string(machine_arn) + "'");
}

// --- CreateStateMachineAlias

std::string created(const AliasRecord& alias) {
    std::string body;
    ObjectWriter object(body);
    object.text("stateMachineAliasArn", qualified_arn(alias.state_machine_arn, alias.name));
    object.date("creationDate", alias.creation_date);
    object.end();
    return body;
}

using NewAlias = std::shared_ptr<const AliasRecord>;
void create(const CallPtr& call, const NewAlias& alias, int attempt);

/// Something was amiss: says what, or tries again where it no longer is. On a reader thread.
void explain(const CallPtr& call, const NewAlias& alias, Outcome outcome, int attempt) {
    const auto there = call->store().find_alias(alias->state_machine_arn, alias->name);
    if (outcome == Outcome::conflict && there) {
        // "Idempotency is based on the stateMachineArn, description, name, and
        // routingConfiguration parameters."
        if (there->description == alias->description && there->routes == alias->routes)
            return call->succeed(created(*there));
        return call->refuse(
            error(ErrorKind::conflict,
                  "State Machine Alias already exists with another configuration: '" +
                      qualified_arn(alias->state_machine_arn, alias->name) + "'"));
    }
    const auto checked = check_references(*call, alias->state_machine_arn, alias->routes);
    if (!checked) return call->refuse(checked.error());
    if (attempt >= kMaxAttempts) return call->refuse(changing(alias->state_machine_arn));
    create(call, alias, attempt + 1);
}

void create(const CallPtr& call, const NewAlias& alias, int attempt) {
    call->store().create_alias(*alias, [call, alias, attempt](Outcome outcome) {
        call->guarded([&] {
            switch (outcome) {
                case Outcome::committed:
                    return call->succeed(created(*alias));
                case Outcome::limit_reached:
                    return call->refuse(error(
                        ErrorKind::service_quota_exceeded,
                        "The state machine has the maximum number of aliases (" +
                            std::to_string(kMaxAliases) + "): '" + alias->state_machine_arn + "'"));
                case Outcome::conflict:
                case Outcome::not_found:
                    return call->on_reader([call, alias, outcome, attempt] {
                        explain(call, alias, outcome, attempt);
                    });
                case Outcome::in_use:
                case Outcome::overloaded:
                case Outcome::discarded:
                    return call->fail(outcome);
            }
        });
    });
}

// --- UpdateStateMachineAlias

struct Update {
    StateMachineArn arn;
    AliasChange change;
};

Checked<Update> read_update(Call& call) {
    Input& input = call.input();
    Update update{TRY(parse_alias_arn(input.required_text("stateMachineAliasArn"))), {}};
    if (const Json* given = input.find("routingConfiguration")) {
        Routing routing = TRY(read_routing(*given));
        if (routing.state_machine_arn != update.arn.unqualified()) {
            return unfit_routes(
                "Routing configuration must contain versions of the state machine of the alias: '" +
                update.arn.unqualified() + "'");
        }
        update.change.routes = std::move(routing.routes);
    }
    update.change.description = input.take_text("description");
    if (!update.change.routes && !update.change.description) {
        // The model gives this operation a ValidationException, and that a reason for it.
        return ApiError{ErrorKind::validation,
                        "Either the description or the routingConfiguration must be specified",
                        "MISSING_REQUIRED_PARAMETER"};
    }
    update.change.update_date = call.services().clock.now();
    return update;
}

/// Why an update found nothing. On a reader thread.
ApiError missing(const Call& call, const Update& update) {
    const auto checked = check_references(call, update.arn.unqualified(), {});
    return checked ? error(ErrorKind::resource_not_found) : checked.error();
}

// --- describe and list

void write_routes(std::string& out, const AliasRecord& alias) {
    out.push_back('[');
    for (const AliasRoute& route : alias.routes) {
        if (out.back() != '[') out.push_back(',');
        ObjectWriter item(out);
        item.text("stateMachineVersionArn", qualified_arn(alias.state_machine_arn, route.version));
        item.number("weight", route.weight);
        item.end();
    }
    out.push_back(']');
}

/// The machine whose aliases are to be listed, and its version, if the ARN names one.
Checked<void> check_listed(const Call& call, const StateMachineArn& arn) {
    const auto machine = call.store().find_state_machine(arn.unqualified());
    if (!machine) return error(ErrorKind::state_machine_does_not_exist, arn.text);
    if (machine->status != MachineStatus::active)
        return error(ErrorKind::state_machine_deleting, machine->arn);
    if (arn.qualified() &&
        (!arn.version() || !call.store().find_version(machine->arn, *arn.version()))) {
        return error(ErrorKind::resource_not_found);
    }
    return {};
}

}  // namespace

void create_state_machine_alias(const CallPtr& call) {
    Input& input = call->input();
    auto routing = read_routing(*input.find("routingConfiguration"));
    if (!routing) return call->refuse(routing.error());
    auto alias = std::make_shared<AliasRecord>();
    alias->state_machine_arn = std::move(routing->state_machine_arn);
    alias->routes = std::move(routing->routes);
    alias->name = input.required_text("name");
    alias->description = input.take_text("description").value_or("");
    alias->creation_date = call->services().clock.now();
    alias->update_date = alias->creation_date;
    create(call, alias, 1);
}

void update_state_machine_alias(const CallPtr& call) {
    auto read = read_update(*call);
    if (!read) return call->refuse(read.error());
    const auto update = std::make_shared<const Update>(*std::move(read));
    call->store().update_alias(update->arn.unqualified(), update->arn.qualifier, update->change,
                               [call, update](Outcome outcome) {
                                   call->guarded([&] {
                                       if (outcome == Outcome::not_found) {
                                           return call->on_reader([call, update] {
                                               call->refuse(missing(*call, *update));
                                           });
                                       }
                                       if (outcome != Outcome::committed)
                                           return call->fail(outcome);
                                       std::string body;
                                       ObjectWriter object(body);
                                       object.date("updateDate", update->change.update_date);
                                       object.end();
                                       call->succeed(std::move(body));
                                   });
                               });
}

void delete_state_machine_alias(const CallPtr& call) {
    const auto arn = parse_alias_arn(call->input().required_text("stateMachineAliasArn"));
    if (!arn) return call->refuse(arn.error());
    call->store().delete_alias(arn->unqualified(), arn->qualifier, [call](Outcome outcome) {
        call->guarded([&] {
            if (outcome == Outcome::not_found)
                return call->refuse(error(ErrorKind::resource_not_found));
            if (outcome != Outcome::committed) return call->fail(outcome);
            call->succeed("{}");
        });
    });
}

Checked<std::string> describe_state_machine_alias(Call& call) {
    const auto arn = TRY(parse_alias_arn(call.input().required_text("stateMachineAliasArn")));
    const auto alias = call.store().find_alias(arn.unqualified(), arn.qualifier);
    if (!alias) return error(ErrorKind::resource_not_found);
    std::string body;
    ObjectWriter object(body);
    object.text("stateMachineAliasArn", arn.text);
    object.text("name", alias->name);
    if (!alias->description.empty()) object.text("description", alias->description);
    write_routes(object.member("routingConfiguration"), *alias);
    object.date("creationDate", alias->creation_date);
    object.date("updateDate", alias->update_date);
    object.end();
    return body;
}

Checked<std::string> list_state_machine_aliases(Call& call) {
    const auto arn =
        TRY(parse_unlabeled_state_machine_arn(call.input().required_text("stateMachineArn")));
    if (const auto checked = check_listed(call, arn); !checked) return checked.error();
    return list_page(
        call, "stateMachineAliases", "ListStateMachineAliases\n" + arn.text,
        [&](const std::string& after, std::size_t limit) {
            return call.store().list_aliases(arn.unqualified(), arn.version().value_or(0), after,
                                             limit);
        },
        [](const AliasRecord& alias) { return alias.name; },
        [](ObjectWriter& item, const AliasRecord& alias) {
            item.text("stateMachineAliasArn", qualified_arn(alias.state_machine_arn, alias.name));
            item.date("creationDate", alias.creation_date);
        });
}

}  // namespace stepwell::api::operations_of
