#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace stepwell::jsonata {

/// The memory of one evaluation: blocks by size, taken back when a value goes and freed all at once
/// at the end, so that cycles (a function in the frame that it closes over) leak nothing.
///
/// The heap also knows when the evaluation's time is up: what takes long asks it now and then.
///
/// What an evaluation holds is *charged* by a simple measure that the limit is stated in: 8 bytes
/// for an element or a member, 1 for a byte of text. It bounds the real size within a constant.
/// One per evaluation, used by one thread.
class Heap {
public:
    using Clock = std::chrono::steady_clock;
    /// `limit` in charged bytes. The evaluation has failed when it has taken `time` since `start`,
    /// unless others kept it from the processor meanwhile: who has had less than a third of `time`
    /// of one goes on until it has, for ten times `time` at most. So a busy machine fails nothing
    /// that AWS would not. After `soft_deadline` it is given up for now.
    Heap(std::size_t limit, Clock::time_point start, Clock::duration time,
         Clock::time_point soft_deadline)
        : limit_(limit),
          deadline_(start + time),
          last_deadline_(start + 10 * time),
          least_processor_time_(time / 3),
          soft_deadline_(soft_deadline) {}
    ~Heap();
    Heap(const Heap&) = delete;
    Heap& operator=(const Heap&) = delete;

    void* allocate(std::size_t bytes) {
        const std::size_t slot = (bytes + kUnit - 1) / kUnit;
        if (slot >= kSlots) return allocate_large(bytes);
        if (Free* block = free_[slot]) {
            unpoison(block, slot * kUnit);
            free_[slot] = block->next;
            return block;
        }
        return carve(slot);
    }
    void release(void* block, std::size_t bytes) {
        const std::size_t slot = (bytes + kUnit - 1) / kUnit;
        if (slot >= kSlots) return release_large(block);
        auto* freed = static_cast<Free*>(block);
        freed->next = free_[slot];
        free_[slot] = freed;
        poison(block, slot * kUnit);
    }

    /// Fails the evaluation when the limit is passed.
    void charge(std::size_t bytes) {
        charged_ += bytes;
        if (charged_ > limit_) exceeded();
    }
    void discharge(std::size_t bytes) { charged_ -= bytes; }
    std::size_t charged() const { return charged_; }
    /// Fails if as many bytes more would pass the limit: before something large is made.
    void check_room(std::size_t bytes) {
        if (bytes > limit_ - std::min(charged_, limit_)) exceeded();
    }

    /// One step of work. Fails the evaluation when its time is up.
    void tick() {
        if (--ticks_ == 0) check_time();
    }
    void check_time();
    /// Before what takes long without a tick, so that the time it had is known when it is over.
    void watch_processor();
    Clock::time_point deadline() const { return std::min(deadline_, soft_deadline_); }

private:
    static constexpr std::size_t kUnit = 16;
    static constexpr std::size_t kSlots = 33;  // blocks of up to 512 bytes
    static constexpr std::size_t kChunk = 32U << 10U;
    struct Free {
        Free* next;
    };
    /// In front of a large block; a list, so that all can be freed.
    struct alignas(16) Large {
        Large* previous;
        Large* next;
    };

    void* carve(std::size_t slot);
    void* allocate_large(std::size_t bytes);
    void release_large(void* block);
    [[noreturn]] void exceeded();
    bool may_go_on(Clock::time_point now);
    /// Freed blocks are out of bounds under AddressSanitizer, as if each were its own allocation.
#if defined(__SANITIZE_ADDRESS__)
    static void poison(void* block, std::size_t bytes);
    static void unpoison(void* block, std::size_t bytes);
#else
    static void poison(void*, std::size_t) {}
    static void unpoison(void*, std::size_t) {}
#endif

    static constexpr std::uint32_t kTicks = 512;

    std::size_t limit_;
    Clock::time_point deadline_;
    Clock::time_point last_deadline_;
    Clock::duration least_processor_time_;
    Clock::time_point soft_deadline_;
    /// Of the thread, once something takes long: asking for it costs more than most expressions.
    std::optional<Clock::duration> processor_time_then_;
    std::uint32_t ticks_ = kTicks;
    std::size_t charged_ = 0;
    std::array<Free*, kSlots> free_{};
    std::vector<std::unique_ptr<std::byte[]>> chunks_;
    std::byte* next_ = nullptr;
    std::size_t left_ = 0;
    Large* large_ = nullptr;
};

/// The heap of the evaluation that this thread is in. Values find it here: they have no room for
/// it.
inline constinit thread_local Heap* current_heap = nullptr;
inline Heap& heap() { return *current_heap; }

/// Makes a heap this thread's for a scope. Evaluations do not nest but for their own `$eval`.
class HeapScope {
public:
    explicit HeapScope(Heap& heap);
    ~HeapScope();
    HeapScope(const HeapScope&) = delete;
    HeapScope& operator=(const HeapScope&) = delete;

private:
    Heap* outer_;
};

}  // namespace stepwell::jsonata
