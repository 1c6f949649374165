#include "integrations/event_bus_sink.hpp"

#include <spdlog/spdlog.h>

#include <cstdint>
#include <utility>

#include "integrations/aws/client.hpp"
#include "integrations/http_client.hpp"

namespace stepwell {
namespace {

/// The entry of PutEvents for an event of the service.
Json entry_of(const Json& event, const std::string& bus) {
    Json entry = Json::object();
    entry["Source"] = event.at("source");
    entry["DetailType"] = event.at("detail-type");
    entry["Detail"] = write_json(event.at("detail"));
    entry["Resources"] = event.at("resources");
    if (!bus.empty()) entry["EventBusName"] = bus;
    return entry;
}

aws::Call call_of(const Json& event, const std::string& bus) {
    aws::Call call;
    call.service = "events";
    call.action = "putEvents";
    call.parameters["Entries"] = Json::array();
    call.parameters["Entries"].push_back(entry_of(event, bus));
    call.owner = {event.at("account").get<std::string>(), event.at("region").get<std::string>()};
    call.timeout = Milliseconds{10'000};
    return call;
}

/// Why the bus has not taken the event; "" where it has.
std::string refusal_of(const aws::CallResult& result) {
    if (!result) {
        return result.error().code.empty() ? result.error().message
                                           : result.error().code + ": " + result.error().message;
    }
    const auto entries = result->output.find("Entries");
    if (entries == result->output.end() || !entries->is_array() || entries->empty()) return {};
    const Json& first = entries->front();
    const auto code = first.is_object() ? first.find("ErrorCode") : first.end();
    return first.is_object() && code != first.end() && code->is_string() ? code->get<std::string>()
                                                                         : std::string();
}

}  // namespace

/// Lives on the loop's thread.
struct EventBusSink::OnLoop {
    OnLoop(IoLoop& loop, const models::ServiceModels& models, const aws::AwsOptions& aws_options,
           std::string name)
        : options(aws_options),
          http(loop),
          client(loop, http, models, options),
          bus(std::move(name)) {}

    void send(aws::Call call) {
        ++under_way;
        client.call(std::move(call), [this](const aws::CallResult& result) {
            --under_way;
            if (const std::string why = refusal_of(result); !why.empty())
                spdlog::warn("an event was not taken by the event bus: {}", why);
        });
    }

    const aws::AwsOptions options;
    HttpClient http;
    aws::AwsClient client;
    const std::string bus;
    int under_way = 0;
    std::uint64_t dropped = 0;
};

EventBusSink::EventBusSink(const models::ServiceModels& models, const aws::AwsOptions& options,
                           std::string bus) {
    loop_.run([&] { on_loop_ = std::make_unique<OnLoop>(loop_, models, options, std::move(bus)); });
}

EventBusSink::~EventBusSink() {
    loop_.run([&] { on_loop_.reset(); });
    loop_.stop();
}

void EventBusSink::put(const Json& event) {
    loop_.post([this, event] {
        if (!on_loop_) return;
        if (on_loop_->under_way >= kMostUnderWay) {
            if (on_loop_->dropped++ % 1'000 == 0)
                spdlog::warn("events for the event bus are dropped: it takes too long");
            return;
        }
        on_loop_->send(call_of(event, on_loop_->bus));
    });
}

}  // namespace stepwell
