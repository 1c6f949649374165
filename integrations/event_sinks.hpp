#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>

#include "engine/base/json.hpp"
#include "integrations/http_client.hpp"
#include "integrations/io_loop.hpp"

/// Where events of the server are taken to. Thread-safe; what cannot be delivered is told in the
/// log.
namespace stepwell {

/// A line of JSON for each event.
class FileSink {
public:
    /// Throws std::runtime_error, its message one line, where the file cannot be written.
    explicit FileSink(const std::filesystem::path& file);
    void put(const Json& event);

private:
    std::filesystem::path file_;
    std::mutex mutex_;
    std::ofstream out_;
};

/// A POST of each event's JSON. One that fails is sent again twice, after one second and after
/// four; at most kMostUnderWay are on their way.
class WebhookSink {
public:
    static constexpr int kMostUnderWay = 1'000;

    explicit WebhookSink(HttpUrl url);
    ~WebhookSink();
    WebhookSink(const WebhookSink&) = delete;
    WebhookSink& operator=(const WebhookSink&) = delete;

    void put(const Json& event);

private:
    struct OnLoop;
    IoLoop loop_;
    std::unique_ptr<OnLoop> on_loop_;
};

}  // namespace stepwell
