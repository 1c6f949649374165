#include "storage/sqlite.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace stepwell::sqlite {
namespace {

void configure_once() {
    static std::once_flag once;
    // Counting every allocation under one global mutex is what makes SQLite's threads wait for each
    // other.
    std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

bool is_disk_error(int code) {
    switch (code & 0xff) {
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_PROTOCOL:
        case SQLITE_NOMEM:
            return true;
        default:
            return false;
    }
}

}  // namespace

std::string explain(std::string_view path, int code, int system_errno, std::string_view message) {
    const std::string file = "data file \"" + std::string(path) + "\"";
    const std::string reason =
        system_errno != 0 ? std::strerror(system_errno) : std::string(message);
    if ((code & 0xff) == SQLITE_FULL || system_errno == ENOSPC || system_errno == EDQUOT) {
        return "the disk of " + file + " is full: make room on it";
    }
    switch (code & 0xff) {
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_CANTOPEN:
            return file + " cannot be opened for writing (" + reason +
                   "): allow it for the file and its folder";
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:
            return file + " is locked by another program: end that one, or name another file";
        case SQLITE_CORRUPT:
            return file + " is damaged (" + std::string(message) +
                   "): put back a copy, or move it away to begin anew";
        case SQLITE_NOTADB:
            return file +
                   " is not a Stepwell data file (no SQLite database): move it away, or name "
                   "another file";
        case SQLITE_NOMEM:
            return "no memory left for " + file;
        default:
            return file + " cannot be read or written (" + reason + "): check the disk";
    }
}

Connection::Connection(std::string path, const Options& options) : path_(std::move(path)) {
    configure_once();
    sqlite3* handle = nullptr;
    // NOMUTEX: one thread at a time uses a connection. A leading "file:" in a path is no URI here.
    const int code =
        sqlite3_open_v2(path_.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                        options.vfs.empty() ? nullptr : options.vfs.c_str());
    handle_.reset(handle);
    if (code != SQLITE_OK) fail(code);
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, static_cast<int>(options.busy_timeout.count()));
    const std::string pragmas =
        "PRAGMA cache_size=-" + std::to_string(options.cache_kibibytes) +
        ";PRAGMA temp_store=MEMORY;PRAGMA secure_delete=OFF;PRAGMA query_only=" +
        (options.query_only ? "ON" : "OFF");
    run(pragmas.c_str());
}

void Connection::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

void Connection::run(const char* sql) {
    const int code = sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(code);
}

std::int64_t Connection::integer(const char* sql) {
    Statement statement(*this, sql);
    Rows rows = statement.query();
    if (!rows.next()) throw std::logic_error(std::string("no row: ") + sql);
    return rows.integer(0);
}

void Connection::leave_untouched() {
    sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, static_cast<int*>(nullptr));
}

std::int64_t Connection::changes() const { return sqlite3_changes64(handle()); }

bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle()) == 0; }

void Connection::fail(int code) const {
    const char* const message = handle_ ? sqlite3_errmsg(handle()) : sqlite3_errstr(code);
    if (!is_disk_error(code)) {
        throw std::logic_error("data file \"" + path_ + "\": SQLite: " + message);
    }
    // The system's error number is that of the last failed call: only these codes come from one.
    const int primary = code & 0xff;
    const bool from_system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
    const int number = handle_ && from_system ? sqlite3_system_errno(handle()) : 0;
    throw Error(explain(path_, code, number, message), primary);
}

Statement::~Statement() { sqlite3_finalize(handle_); }

void Statement::prepare() {
    if (handle_ != nullptr) return;
    const int code = sqlite3_prepare_v3(connection_.handle(), sql_, -1, SQLITE_PREPARE_PERSISTENT,
                                        &handle_, nullptr);
    if (code != SQLITE_OK) connection_.fail(code);
}

bool Statement::try_execute() noexcept {
    if (handle_ == nullptr &&
        sqlite3_prepare_v3(connection_.handle(), sql_, -1, SQLITE_PREPARE_PERSISTENT, &handle_,
                           nullptr) != SQLITE_OK) {
        return false;
    }
    const bool done = sqlite3_step(handle_) == SQLITE_DONE;
    sqlite3_reset(handle_);
    return done;
}

void Statement::bind_integer(int index, std::int64_t value) {
    sqlite3_bind_int64(handle_, index, value);
}

void Statement::bind(int index, double value) { sqlite3_bind_double(handle_, index, value); }

void Statement::bind_text(int index, std::string_view value) {
    // A null pointer would bind NULL, not the empty text.
    const int code =
        sqlite3_bind_text64(handle_, index, value.data() == nullptr ? "" : value.data(),
                            value.size(), SQLITE_STATIC, SQLITE_UTF8);
    if (code != SQLITE_OK) connection_.fail(code);
}

void Statement::bind_null(int index) { sqlite3_bind_null(handle_, index); }

void Statement::bind(int index, const Blob& value) {
    const char* const data = value.bytes.data() == nullptr ? "" : value.bytes.data();
    const int code = sqlite3_bind_blob64(handle_, index, data, value.bytes.size(), SQLITE_STATIC);
    if (code != SQLITE_OK) connection_.fail(code);
}

Rows::~Rows() { sqlite3_reset(statement_->handle_); }

bool Rows::next() {
    const int code = sqlite3_step(statement_->handle_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    statement_->connection_.fail(code);
}

std::int64_t Rows::integer(int column) const {
    return sqlite3_column_int64(statement_->handle_, column);
}

double Rows::real(int column) const { return sqlite3_column_double(statement_->handle_, column); }

std::optional<std::int64_t> Rows::maybe_integer(int column) const {
    if (is_null(column)) return std::nullopt;
    return integer(column);
}

TimePoint Rows::time(int column) const { return TimePoint{Milliseconds{integer(column)}}; }

std::optional<TimePoint> Rows::maybe_time(int column) const {
    if (is_null(column)) return std::nullopt;
    return time(column);
}

std::optional<std::string> Rows::maybe_text(int column) const {
    if (is_null(column)) return std::nullopt;
    return text(column);
}

std::string_view Rows::view(int column) const {
    // sqlite3_column_blob gives the bytes of a text too, without the search for its end.
    const void* const data = sqlite3_column_blob(statement_->handle_, column);
    const int size = sqlite3_column_bytes(statement_->handle_, column);
    if (data == nullptr) return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

bool Rows::is_null(int column) const {
    return sqlite3_column_type(statement_->handle_, column) == SQLITE_NULL;
}

ReadTransaction::ReadTransaction(Connection& connection, Statement& begin, Statement& end)
    : connection_(connection), end_(end) {
    if (connection_.in_transaction()) end_.execute();  // the last one could not end
    begin.execute();
}

ReadTransaction::~ReadTransaction() {
    // A failed read may have ended it already. If this fails, the next one tries again and tells.
    if (connection_.in_transaction()) static_cast<void>(end_.try_execute());
}

}  // namespace stepwell::sqlite
