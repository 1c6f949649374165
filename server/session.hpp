#pragma once

#include <array>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "engine/base/random.hpp"
#include "server/http_server.hpp"
#include "server/metrics.hpp"
#include "server/request_parser.hpp"

namespace stepwell::server {

namespace net = boost::asio;
/// Bound to io_context itself: saves the type erasure of any_io_executor on every operation.
using Socket = net::basic_stream_socket<net::ip::tcp, net::io_context::executor_type>;
using SteadyTime = std::chrono::steady_clock::time_point;

class Session;

/// One read takes no more; about that much of what a client sends ahead of an answer is taken from
/// the socket.
inline constexpr std::size_t kReadBytes = 8U << 10U;

/// What the sessions of a server share. Network thread only.
struct SessionHost {
    Handlers handlers;
    HttpLimits limits;
    RandomBits request_ids{system_seed()};
    RequestMetrics requests;
    bool draining = false;
    /// Open sessions; each removes itself when it closes.
    std::unordered_set<std::shared_ptr<Session>> sessions;
    /// Called after a session has gone.
    std::function<void()> on_closed;
};

/// One connection: reads requests, hands them on, writes the answers in their order. Network thread
/// only.
///
/// A state machine of callbacks, not a coroutine: it reads on while a request is being answered, so
/// as to notice that its client has gone, and a request must not cost an allocated frame per read.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(Socket socket, SessionHost& host);
    void start();
    /// Closes the connection if its client has let its time run out.
    void check_deadline(SteadyTime now);
    /// Ends the connection after the answer under way; at once where there is none.
    void finish();
    /// Ends it now, and gives the request under way up.
    void close();

private:
    enum class Phase {
        receiving,  ///< waits for a request, or for the rest of one
        answering,  ///< the request is being worked on
        writing,    ///< its answer is on the way to the client
        lingering,  ///< the last answer has been written; what still arrives is thrown away
        closed,
    };

    void read();
    void on_read(boost::system::error_code ec, std::size_t bytes);
    void on_client_gone(bool half_closed);
    void parse();
    bool send_continue();
    void dispatch();
    void route();
    void call_api();
    void reset();
    void metrics();
    bool call_own(std::string_view path);
    bool authenticated();
    void report(const api::Response& response);
    void answer(api::Response response);
    Handlers::Respond responder();
    void reject(boost::system::error_code parse_error);
    void write(int status, std::string_view content_type, std::string body);
    void compose_head(int status, std::string_view content_type, std::size_t body_bytes);
    void on_written(boost::system::error_code ec);
    void next_request();
    void linger();

    Socket socket_;
    SessionHost& host_;
    std::array<char, kReadBytes> arrived_;  ///< what the read under way writes to
    boost::beast::flat_buffer buffer_;      ///< what has arrived and is not parsed yet
    RequestHead head_;
    std::string body_;
    std::optional<RequestParser> parser_;
    Phase phase_ = Phase::receiving;
    SteadyTime deadline_ = SteadyTime::max();
    api::Api::Cancel cancel_;
    std::string request_id_;
    std::optional<Owner> caller_;  ///< of the request under way, where its signature says so
    SteadyTime began_{};           ///< of the request under way: when it had arrived whole
    std::string response_head_;
    std::string response_body_;
    std::uint64_t discarded_bytes_ = 0;
    bool reading_ = false;
    bool continue_sent_ = false;
    bool client_half_closed_ = false;
    bool keep_alive_ = true;
};

}  // namespace stepwell::server
