#include "integrations/event_sinks.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <unordered_map>
#include <utility>

namespace stepwell {
namespace {

constexpr std::array<Milliseconds, 2> kPauses = {Milliseconds{1'000}, Milliseconds{4'000}};
constexpr Milliseconds kTimeout{10'000};
constexpr std::size_t kMaxAnswerBytes = 64U << 10U;

}  // namespace

FileSink::FileSink(const std::filesystem::path& file) : file_(file), out_(file, std::ios::app) {
    if (!out_) throw std::runtime_error("events cannot be written to " + file.string());
}

void FileSink::put(const Json& event) {
    const std::lock_guard lock(mutex_);
    out_ << write_json(event) << '\n' << std::flush;
    if (out_) return;
    spdlog::warn("an event could not be written to {}", file_.string());
    out_.clear();
}

/// Lives on the loop's thread.
struct WebhookSink::OnLoop {
    OnLoop(IoLoop& io_loop, HttpUrl to) : loop(io_loop), http(io_loop), url(std::move(to)) {}

    void send(const std::string& body, std::size_t attempt) {
        HttpRequest request;
        request.method = "POST";
        request.url = url;
        request.headers = {{"Content-Type", "application/json"}};
        request.body = body;
        request.timeout = kTimeout;
        request.max_body_bytes = kMaxAnswerBytes;
        http.send(std::move(request), [this, body, attempt](const HttpResult& result) {
            if (result && result->status < 400) {
                --under_way;
                return;
            }
            const std::string why =
                result ? "it answered " + std::to_string(result->status) : result.error().message;
            if (attempt < kPauses.size()) return send_later(body, attempt);
            --under_way;
            spdlog::warn("an event could not be sent to {}: {}", url.authority(), why);
        });
    }

    void send_later(const std::string& body, std::size_t attempt) {
        const std::uint64_t id = ++last_id;
        auto& timer = timers[id];
        timer = std::make_unique<LoopTimer>(loop);
        timer->start(kPauses.at(attempt), [this, id, body, attempt] {
            // The timer owns this function: it goes last.
            const auto keep = std::move(timers.at(id));
            timers.erase(id);
            send(body, attempt + 1);
        });
    }

    IoLoop& loop;
    HttpClient http;
    const HttpUrl url;
    int under_way = 0;
    std::uint64_t dropped = 0;
    std::uint64_t last_id = 0;
    std::unordered_map<std::uint64_t, std::unique_ptr<LoopTimer>> timers;
};

WebhookSink::WebhookSink(HttpUrl url) {
    loop_.run([&] { on_loop_ = std::make_unique<OnLoop>(loop_, std::move(url)); });
}

WebhookSink::~WebhookSink() {
    loop_.run([&] { on_loop_.reset(); });
    loop_.stop();
}

void WebhookSink::put(const Json& event) {
    loop_.post([this, body = write_json(event)] {
        if (!on_loop_) return;
        if (on_loop_->under_way >= kMostUnderWay) {
            if (on_loop_->dropped++ % 1'000 == 0)
                spdlog::warn("events for {} are dropped: it takes too long",
                             on_loop_->url.authority());
            return;
        }
        ++on_loop_->under_way;
        on_loop_->send(body, 0);
    });
}

}  // namespace stepwell
