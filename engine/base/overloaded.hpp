#pragma once

namespace stepwell {

/// One visitor made of lambdas, one per alternative of a std::variant.
template <class... Fs>
struct Overloaded : Fs... {
    using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

}  // namespace stepwell
