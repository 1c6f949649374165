#include "server/mock_routes.hpp"

#include <spdlog/spdlog.h>

#include <optional>
#include <string_view>
#include <utility>

#include "api/machines.hpp"
#include "api/mock_checks.hpp"

namespace stepwell::server {
namespace {

constexpr const char* kCollection = "mocks";
constexpr std::string_view kMocks = "/_stepwell/mocks/";
constexpr std::string_view kExecutions = "/_stepwell/executions/";
constexpr std::string_view kRequests = "/requests";

api::Response refusal(int status, const std::string& type, const std::string& message) {
    Json body = Json::object();
    body["__type"] = type;
    body["message"] = message;
    return {.status = status, .body = write_json(body), .error_type = type};
}

api::Response refused(const std::string& message) {
    return refusal(400, "ValidationException", message);
}

api::Response not_committed() {
    return refusal(500, "InternalFailure", "The mock could not be stored; see the server's log.");
}

std::string key_of(const std::string& state_machine, const std::string& test_case) {
    return state_machine + "/" + test_case;
}

}  // namespace

MockRoutes::MockRoutes(mocks::MockBook& book, mocks::RequestLog& requests, Store& store,
                       Owner owner)
    : book_(book), requests_(requests), store_(store), owner_(std::move(owner)) {}

void MockRoutes::load() {
    for (const Document& document : store_.documents(kCollection)) {
        // No state machine has a slash in its name.
        const std::size_t slash = document.key.find('/');
        const auto error =
            book_.set(document.key.substr(0, slash), document.key.substr(slash + 1), document.body);
        if (error) spdlog::warn("the mocks {} are not used: {}", document.key, error->message);
    }
    for (const std::string& name : book_.state_machines()) {
        for (const std::string& problem : problems(name))
            spdlog::warn("mock configuration: {}", problem);
    }
}

void MockRoutes::clear() {
    book_.clear();
    requests_.clear();
}

std::vector<std::string> MockRoutes::problems(const std::string& state_machine) const {
    const auto record = store_.find_state_machine(state_machine_arn(owner_, state_machine));
    if (!record) return {"there is no state machine '" + state_machine + "' yet"};
    const asl::Parsed parsed = asl::parse_stored(record->definition, record->type);
    if (!parsed.machine) return {};
    return api::unknown_mocks(&book_, state_machine, *parsed.machine);
}

void MockRoutes::put(const Place& place, const std::string& body, const Respond& respond) {
    const auto before = book_.text_of(place.state_machine, place.test_case);
    if (const auto error = book_.set(place.state_machine, place.test_case, body))
        return respond(refused(error->message));
    Json answer = Json::object();
    answer["warnings"] = Json::array();
    for (const std::string& problem : problems(place.state_machine)) {
        spdlog::warn("mocks {}: {}", key_of(place.state_machine, place.test_case), problem);
        answer["warnings"].push_back(problem);
    }
    store_.put_document({kCollection, key_of(place.state_machine, place.test_case), body},
                        [this, place, before, respond, text = write_json(answer)](Outcome outcome) {
                            if (outcome == Outcome::committed)
                                return respond({.status = 200, .body = text, .error_type = {}});
                            book_.remove(place.state_machine, place.test_case);
                            if (before) book_.set(place.state_machine, place.test_case, *before);
                            respond(not_committed());
                        });
}

void MockRoutes::get(const Place& place, const Respond& respond) const {
    if (auto text = book_.text_of(place.state_machine, place.test_case))
        return respond({.status = 200, .body = *std::move(text), .error_type = {}});
    respond(
        refusal(404, "ResourceNotFound",
                "No mocks were set for '" + key_of(place.state_machine, place.test_case) + "'"));
}

void MockRoutes::remove(const Place& place, const Respond& respond) {
    if (!book_.remove(place.state_machine, place.test_case)) return get(place, respond);
    store_.delete_document(kCollection, key_of(place.state_machine, place.test_case),
                           [respond](Outcome outcome) {
                               if (outcome == Outcome::committed || outcome == Outcome::not_found)
                                   return respond({.status = 200, .body = "{}", .error_type = {}});
                               respond(not_committed());
                           });
}

bool MockRoutes::handle(const OwnRequest& request, const Respond& respond) {
    const std::string_view path = request.path;
    if (path.starts_with(kExecutions) && path.ends_with(kRequests) &&
        path.size() > kExecutions.size() + kRequests.size() && request.method == "GET") {
        const auto arn = percent_decoded(
            path.substr(kExecutions.size(), path.size() - kExecutions.size() - kRequests.size()));
        if (!arn) return false;
        respond({.status = 200, .body = requests_.of(*arn), .error_type = {}});
        return true;
    }
    if (!path.starts_with(kMocks)) return false;
    const std::string_view rest = path.substr(kMocks.size());
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) return false;
    const auto machine = percent_decoded(rest.substr(0, slash));
    const auto test_case = percent_decoded(rest.substr(slash + 1));
    if (!machine || !test_case || machine->empty() || test_case->empty() ||
        machine->find('/') != std::string::npos) {
        respond(refused("The path must be /_stepwell/mocks/STATE_MACHINE/TEST_CASE"));
        return true;
    }
    const Place place{*machine, *test_case};
    if (request.method == "PUT") {
        put(place, request.body, respond);
    } else if (request.method == "GET") {
        get(place, respond);
    } else if (request.method == "DELETE") {
        remove(place, respond);
    } else {
        return false;
    }
    return true;
}

}  // namespace stepwell::server
