#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace stepwell {

/// The object type of Json: a map that keeps the order of insertion and finds a key in constant
/// time.
///
/// A vector of members and, from nine members on, an open-addressing table of their positions. The
/// table changes only where members do, never in a const function: values are shared between
/// threads. Equality ignores the order of members, as JSON does. The parameter list is what
/// nlohmann::basic_json asks for.
template <class Key, class T, class IgnoredLess, class Allocator>
class OrderedObject {
    using Members = std::vector<std::pair<Key, T>>;

public:
    using key_type = Key;
    using mapped_type = T;
    using value_type = std::pair<Key, T>;
    using key_compare = std::equal_to<>;
    using allocator_type = Allocator;
    using size_type = typename Members::size_type;
    using difference_type = typename Members::difference_type;
    using reference = value_type&;
    using const_reference = const value_type&;
    using pointer = value_type*;
    using const_pointer = const value_type*;
    using iterator = typename Members::iterator;
    using const_iterator = typename Members::const_iterator;
    using reverse_iterator = typename Members::reverse_iterator;
    using const_reverse_iterator = typename Members::const_reverse_iterator;

    OrderedObject() = default;
    OrderedObject(std::initializer_list<value_type> init) {
        for (const auto& member : init) emplace(member.first, member.second);
    }
    template <class It>
    OrderedObject(It first, It last) {
        insert(first, last);
    }

    iterator begin() { return members_.begin(); }
    iterator end() { return members_.end(); }
    const_iterator begin() const { return members_.begin(); }
    const_iterator end() const { return members_.end(); }
    const_iterator cbegin() const { return members_.cbegin(); }
    const_iterator cend() const { return members_.cend(); }
    bool empty() const { return members_.empty(); }
    size_type size() const { return members_.size(); }
    size_type max_size() const { return members_.max_size(); }
    void clear() {
        members_.clear();
        slots_.clear();
    }
    void reserve(size_type count) { members_.reserve(count); }

    template <class K>
    iterator find(const K& key) {
        const size_type at = position(key);
        return at == kNone ? members_.end() : members_.begin() + static_cast<difference_type>(at);
    }
    template <class K>
    const_iterator find(const K& key) const {
        const size_type at = position(key);
        return at == kNone ? members_.end() : members_.begin() + static_cast<difference_type>(at);
    }
    template <class K>
    size_type count(const K& key) const {
        return position(key) == kNone ? 0 : 1;
    }

    template <class K, class V>
    std::pair<iterator, bool> emplace(K&& key, V&& value) {
        if (auto found = find(key); found != end()) return {found, false};
        members_.emplace_back(Key(std::forward<K>(key)), T(std::forward<V>(value)));
        added();
        return {std::prev(members_.end()), true};
    }
    std::pair<iterator, bool> insert(value_type&& value) {
        return emplace(std::move(value.first), std::move(value.second));
    }
    std::pair<iterator, bool> insert(const value_type& value) {
        return emplace(value.first, value.second);
    }
    template <class It>
    void insert(It first, It last) {
        for (; first != last; ++first) emplace(first->first, first->second);
    }

    template <class K>
    T& operator[](K&& key) {
        return emplace(std::forward<K>(key), T{}).first->second;
    }
    template <class K>
    const T& operator[](K&& key) const {
        return at(std::forward<K>(key));
    }
    template <class K>
    T& at(const K& key) {
        if (auto found = find(key); found != end()) return found->second;
        throw std::out_of_range("key not found");
    }
    template <class K>
    const T& at(const K& key) const {
        if (auto found = find(key); found != end()) return found->second;
        throw std::out_of_range("key not found");
    }

    template <class K, std::enable_if_t<!std::is_convertible_v<K, const_iterator>, int> = 0>
    size_type erase(const K& key) {
        auto found = find(key);
        if (found == end()) return 0;
        erase(found);
        return 1;
    }
    iterator erase(iterator at) {
        auto next = members_.erase(at);
        rebuild();
        return next;
    }
    iterator erase(iterator first, iterator last) {
        auto next = members_.erase(first, last);
        rebuild();
        return next;
    }

    friend bool operator==(const OrderedObject& a, const OrderedObject& b) {
        if (a.size() != b.size()) return false;
        for (const auto& [key, value] : a) {
            auto other = b.find(key);
            if (other == b.end() || !(other->second == value)) return false;
        }
        return true;
    }
    friend auto operator<=>(const OrderedObject& a, const OrderedObject& b) {
        return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
    }

private:
    static constexpr size_type kNone = static_cast<size_type>(-1);
    static constexpr size_type kLinearUpTo = 8;

    template <class K>
    size_type position(const K& key) const {
        const std::string_view wanted(key);
        if (slots_.empty()) {
            for (size_type i = 0; i < members_.size(); ++i) {
                if (std::string_view(members_[i].first) == wanted) return i;
            }
            return kNone;
        }
        const size_type mask = slots_.size() - 1;
        for (size_type slot = std::hash<std::string_view>{}(wanted)&mask;;
             slot = (slot + 1) & mask) {
            const std::uint32_t entry = slots_[slot];
            if (entry == 0) return kNone;
            if (std::string_view(members_[entry - 1].first) == wanted) return entry - 1;
        }
    }

    void added() {
        if (members_.size() <= kLinearUpTo) return;
        // At most half full, so a search ends soon.
        if (slots_.size() < 2 * members_.size()) {
            rebuild();
        } else {
            place(members_.size() - 1);
        }
    }
    void place(size_type at) {
        const size_type mask = slots_.size() - 1;
        size_type slot = std::hash<std::string_view>{}(std::string_view(members_[at].first)) & mask;
        while (slots_[slot] != 0) slot = (slot + 1) & mask;
        slots_[slot] = static_cast<std::uint32_t>(at + 1);
    }
    void rebuild() {
        slots_.clear();
        if (members_.size() <= kLinearUpTo) return;
        size_type size = 32;
        while (size < 4 * members_.size()) size *= 2;
        slots_.assign(size, 0);
        for (size_type i = 0; i < members_.size(); ++i) place(i);
    }

    Members members_;
    std::vector<std::uint32_t>
        slots_;  // position + 1, 0 where free; empty up to kLinearUpTo members
};

}  // namespace stepwell
