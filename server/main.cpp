// The process: reads what it is told, puts the parts together, serves, and takes them apart in the
// opposite order.

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>

#include "api/api.hpp"
#include "api/caller.hpp"
#include "api/events/events_api.hpp"
#include "engine/base/ascii.hpp"
#include "engine/base/overloaded.hpp"
#include "engine/base/random.hpp"
#include "engine/runtime/runtime.hpp"
#include "integrations/event_bus_sink.hpp"
#include "integrations/event_sinks.hpp"
#include "integrations/items/item_integration.hpp"
#include "integrations/mocks/mock_book.hpp"
#include "integrations/mocks/request_log.hpp"
#include "integrations/models/model_actions.hpp"
#include "integrations/models/model_schemas.hpp"
#include "integrations/registry.hpp"
#include "server/command_line.hpp"
#include "server/event_log_files.hpp"
#include "server/http_server.hpp"
#include "server/metrics.hpp"
#include "server/mock_routes.hpp"
#include "server/own_api.hpp"
#include "server/status_events.hpp"
#include "server/wall_clock.hpp"
#include "storage/sqlite_store.hpp"

namespace stepwell::server {
namespace {

constexpr int kExitFailure = 1;  // cannot serve: the port, the data file; an invalid definition
constexpr int kExitUsage = 2;    // was told nonsense

/// Reads that one store can answer at the same time, and threads that wait for them.
constexpr unsigned kReaders = 4;

std::optional<std::string> environment_variable(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::trace:
            return spdlog::level::trace;
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warn:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
        case LogLevel::off:
            return spdlog::level::off;
    }
    return spdlog::level::info;
}

/// Standard output is for what scripts read (the ready line), standard error for people.
void start_log(LogLevel level) {
    spdlog::set_default_logger(spdlog::stderr_color_mt("stepwell"));
    spdlog::set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
    spdlog::set_level(to_spdlog(level));
}

SqliteOptions sqlite_options(const Settings& settings) {
    SqliteOptions options;
    options.durability = settings.durability == Durability::full ? stepwell::Durability::full
                                                                 : stepwell::Durability::normal;
    options.readers = kReaders;
    options.keep = settings.keep_executions;
    options.max_open_executions = settings.max_open_executions;
    options.writer.warn = [](const std::string& message) { spdlog::warn("{}", message); };
    return options;
}

api::Response reset_response(Outcome outcome) {
    if (outcome == Outcome::committed) return {.status = 200, .body = "{}", .error_type = {}};
    return {
        .status = 500,
        .body =
            R"({"__type":"InternalFailure","message":"The data could not be removed; see the server's log."})",
        .error_type = "InternalFailure"};
}

/// What --status-events says for the service's own way; `eventbridge:BUS` names the bus.
constexpr std::string_view kEventBus = "eventbridge";

/// What --status-events says. Throws std::runtime_error where a file cannot be written.
struct EventSinks {
    std::unique_ptr<FileSink> file;
    std::unique_ptr<WebhookSink> webhook;
    std::unique_ptr<EventBusSink> bus;
};
EventSinks add_sinks(const Settings& settings, const models::ServiceModels& service_models,
                     StatusEvents& events) {
    EventSinks sinks;
    const std::string& to = settings.status_events;
    const auto always = [] { return true; };
    if (to == kEventBus || to.starts_with(std::string(kEventBus) + ":")) {
        const std::string name =
            to.size() > kEventBus.size() ? to.substr(kEventBus.size() + 1) : "";
        sinks.bus = std::make_unique<EventBusSink>(service_models, settings.aws, name);
        events.add_sink(always, [sink = sinks.bus.get()](const Json& e) { sink->put(e); });
    } else if (to.starts_with("http://") || to.starts_with("https://")) {
        sinks.webhook = std::make_unique<WebhookSink>(*parse_http_url(to));
        events.add_sink(always, [sink = sinks.webhook.get()](const Json& e) { sink->put(e); });
    } else if (!to.empty()) {
        sinks.file = std::make_unique<FileSink>(to);
        events.add_sink(always, [sink = sinks.file.get()](const Json& e) { sink->put(e); });
    }
    return sinks;
}

api::Response refused(const SignatureRefusal& refusal) {
    Json body = Json::object();
    body["__type"] = refusal.type;
    body["message"] = refusal.message;
    return {.status = 400, .body = write_json(body), .error_type = refusal.type};
}

std::string authorization_of(const HeaderFields& headers) {
    for (const auto& [name, value] : headers) {
        if (equals_ignoring_case(name, "Authorization")) return value;
    }
    return {};
}

/// Empty where no signature is required.
decltype(Handlers::authenticate) authenticator(const Settings& settings, const Clock& clock) {
    if (settings.required_keys.empty()) return {};
    return [&settings, &clock](const SignedRequest& request, std::optional<Owner>& caller) {
        std::string account;
        const auto refusal = check_signature(request, settings.required_keys, clock.now(), account);
        if (refusal) return std::optional(refused(*refusal));
        if (!account.empty()) {
            caller = api::caller_of(authorization_of(request.headers), settings.owner);
            caller->account = account;
        }
        return std::optional<api::Response>();
    };
}

void log_settings(const Settings& settings, const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings) spdlog::warn("{}", warning);
    spdlog::info("data: {}",
                 settings.data == ":memory:" ? "in memory, nothing is kept" : settings.data);
    if (settings.lambda.endpoint) spdlog::info("Lambda functions: {}", *settings.lambda.endpoint);
    if (settings.items.s3_folder) spdlog::info("S3: the folder {}", *settings.items.s3_folder);
    if (settings.aws.endpoint_all) spdlog::info("services: {}", *settings.aws.endpoint_all);
    for (const auto& [service, url] : settings.aws.endpoints) spdlog::info("{}: {}", service, url);
    if (settings.aws.allow_real_aws) spdlog::warn("other services are called at AWS itself");
    for (const LocalFunction& function : settings.lambda.functions) {
        spdlog::info("Lambda function {}: {} in {}", function.name, function.file,
                     function.folder.string());
    }
}

/// Null where nobody asked for one.
std::shared_ptr<EventLogFiles> open_event_log(const EventLogOptions& options) {
    if (!options.folder && !options.all) return nullptr;
    return std::make_shared<EventLogFiles>(options);
}

int fail(int code, const std::string& message) {
    std::fprintf(stderr, "stepwell: %s\n", message.c_str());
    return code;
}

int serve(const Serve& command) {
    const Settings& settings = command.settings;
    start_log(settings.log_level);
    std::signal(SIGPIPE,
                SIG_IGN);  // a client or function that has gone is an error code, not the end

    mocks::MockBook mock_book;
    if (!settings.mock_config.empty()) {
        if (const auto error = mock_book.use_file(settings.mock_config))
            return fail(kExitUsage, error->message);
    }

    // The port first: where it is taken, another Stepwell may be at work, and the data file is not
    // touched.
    HttpServer server(settings.address, settings.port);
    server.stop_on_signals();
    log_settings(settings, command.warnings);

    const WallClock clock;
    const std::shared_ptr<EventLogFiles> event_log = open_event_log(settings.event_log);
    const std::unique_ptr<GroupedStore> store = open_store(settings.data, sqlite_options(settings));
    OwnApi own_api;
    models::ServiceModels service_models;
    if (!settings.aws.service_models.empty())
        service_models.add_folder(settings.aws.service_models);
    mocks::RequestLog mocked_requests;
    MockRoutes mock_routes(mock_book, mocked_requests, *store, settings.owner);
    mock_routes.load();
    TaskRegistry tasks({.lambda = settings.lambda,
                        .aws = settings.aws,
                        .items = settings.items,
                        .models = &service_models,
                        .connections = settings.connections,
                        .mocks = &mock_book,
                        .mocked_requests = &mocked_requests},
                       own_api);
    StatusEvents status_events(*store, clock);
    const auto sinks = add_sinks(settings, service_models, status_events);
    std::optional<items::ItemIntegration> items(std::in_place, settings.items, settings.aws,
                                                service_models);
    Runtime runtime(*store, tasks, clock,
                    {.wait_time_scale = settings.wait_time_scale,
                     .event_log = event_log,
                     .item_reader = &items->reader(),
                     .result_writer = &items->writer(),
                     .mocks = &mock_book,
                     .observer = &status_events},
                    system_seed());
    api::ReaderPool readers(kReaders);
    const models::ModelSchemas result_schemas(service_models);
    const models::ModelActions sdk_actions(service_models);
    api::Api api(*store, runtime, readers, clock,
                 {.owner = settings.owner,
                  .result_schemas = &result_schemas,
                  .sdk_actions = &sdk_actions,
                  .mocks = &mock_book});

    api::events::EventsApi events(*store, api, readers, clock, settings.owner);
    events.load();
    status_events.add_sink([&events] { return events.has_rules(); },
                           [&events](const Json& event) { events.put_own(event); });
    own_api.bind(api, runtime);
    runtime.recover();
    std::printf("stepwell %s is ready at %s\n", STEPWELL_VERSION, server.url().c_str());
    std::fflush(stdout);
    if (event_log) event_log->begin();

    server.run({.call =
                    [&](api::Request request, Handlers::Respond respond) {
                        if (!request.target.starts_with(api::events::kTargetPrefix))
                            return api.handle(std::move(request), std::move(respond));
                        events.handle(std::move(request), std::move(respond));
                        return api::Api::Cancel();
                    },
                .authenticate = authenticator(settings, clock),
                .reset =
                    [&](Handlers::Respond respond) {
                        runtime.reset([&, respond = std::move(respond)](Outcome outcome) {
                            if (outcome == Outcome::committed) {
                                mock_routes.clear();
                                events.clear();
                            }
                            respond(reset_response(outcome));
                        });
                    },
                .own =
                    [&](OwnRequest request, const Handlers::Respond& respond) {
                        return mock_routes.handle(request, respond);
                    },
                .metrics =
                    [&](std::string& text) {
                        write_metrics(text, runtime.statistics());
                        write_metrics(text, store->write_statistics());
                    }});

    runtime.shut_down();
    items.reset();  // an export that is under way reads the store
    status_events.close();
    tasks.cancel_all();
    own_api.unbind();
    store->close();
    spdlog::info("ended");
    return EXIT_SUCCESS;
}

int run(const std::vector<std::string>& arguments) {
    const Command command = parse_command_line(arguments, environment_variable);
    return std::visit(
        Overloaded{
            [](const Serve& command_to_serve) { return serve(command_to_serve); },
            [](const Validate& files) {
                return validate_files(files, std::cout) ? EXIT_SUCCESS : kExitFailure;
            },
            [](const Eval& expression) {
                return evaluate(expression, std::cout, std::cerr) ? EXIT_SUCCESS : kExitFailure;
            },
            [](const MockInit& command_to_init) {
                return init_mocks(command_to_init, std::cout, std::cerr) ? EXIT_SUCCESS
                                                                         : kExitFailure;
            },
            [](const Health& server) {
                const auto problem = check_health(server);
                return problem ? fail(kExitFailure, *problem) : EXIT_SUCCESS;
            },
            [](const Print& print) {
                std::fputs(print.text.c_str(), stdout);
                return EXIT_SUCCESS;
            },
            [](const UsageError& error) { return fail(kExitUsage, error.message); },
        },
        command);
}

}  // namespace
}  // namespace stepwell::server

int main(int argc, char** argv) {
    using namespace stepwell::server;
    try {
        return run({argv + 1, argv + argc});
    } catch (const ListenError& e) {
        return fail(kExitFailure, e.what());
    } catch (const EventLogError& e) {
        return fail(kExitFailure, e.what());
    } catch (const stepwell::StorageError& e) {
        return fail(kExitFailure, e.what());
    } catch (const std::exception& e) {
        return fail(kExitFailure, std::string("internal error: ") + e.what());
    }
}
