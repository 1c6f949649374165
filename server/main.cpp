// The process: reads what it is told, puts the parts together, serves, and takes them apart in the
// opposite order.

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>

#include "api/api.hpp"
#include "engine/base/overloaded.hpp"
#include "engine/base/random.hpp"
#include "engine/runtime/runtime.hpp"
#include "integrations/models/model_schemas.hpp"
#include "integrations/registry.hpp"
#include "server/command_line.hpp"
#include "server/event_log_files.hpp"
#include "server/http_server.hpp"
#include "server/metrics.hpp"
#include "server/own_api.hpp"
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

void log_settings(const Settings& settings, const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings) spdlog::warn("{}", warning);
    spdlog::info("data: {}",
                 settings.data == ":memory:" ? "in memory, nothing is kept" : settings.data);
    if (settings.lambda.endpoint) spdlog::info("Lambda functions: {}", *settings.lambda.endpoint);
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

int serve(const Serve& command) {
    const Settings& settings = command.settings;
    start_log(settings.log_level);
    std::signal(SIGPIPE,
                SIG_IGN);  // a client or function that has gone is an error code, not the end

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
    TaskRegistry tasks({.lambda = settings.lambda, .aws = settings.aws, .models = &service_models},
                       own_api);
    Runtime runtime(*store, tasks, clock,
                    {.wait_time_scale = settings.wait_time_scale, .event_log = event_log},
                    system_seed());
    api::ReaderPool readers(kReaders);
    const models::ModelSchemas result_schemas(service_models);
    api::Api api(*store, runtime, readers, clock,
                 {.owner = settings.owner, .result_schemas = &result_schemas});

    own_api.bind(api, runtime);
    runtime.recover();
    std::printf("stepwell %s is ready at %s\n", STEPWELL_VERSION, server.url().c_str());
    std::fflush(stdout);
    if (event_log) event_log->begin();

    server.run({.call =
                    [&](api::Request request, Handlers::Respond respond) {
                        return api.handle(std::move(request), std::move(respond));
                    },
                .reset =
                    [&](Handlers::Respond respond) {
                        runtime.reset([respond = std::move(respond)](Outcome outcome) {
                            respond(reset_response(outcome));
                        });
                    },
                .metrics =
                    [&](std::string& text) {
                        write_metrics(text, runtime.statistics());
                        write_metrics(text, store->write_statistics());
                    }});

    runtime.shut_down();
    tasks.cancel_all();
    own_api.unbind();
    store->close();
    spdlog::info("ended");
    return EXIT_SUCCESS;
}

int fail(int code, const std::string& message) {
    std::fprintf(stderr, "stepwell: %s\n", message.c_str());
    return code;
}

int run(const std::vector<std::string>& arguments) {
    const Command command = parse_command_line(arguments, environment_variable);
    return std::visit(Overloaded{
                          [](const Serve& command_to_serve) { return serve(command_to_serve); },
                          [](const Validate& files) {
                              return validate_files(files, std::cout) ? EXIT_SUCCESS : kExitFailure;
                          },
                          [](const Eval& expression) {
                              return evaluate(expression, std::cout, std::cerr) ? EXIT_SUCCESS
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
