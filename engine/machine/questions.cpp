#include <algorithm>

#include "engine/machine/turn.hpp"

// The expressions of a state's entry or exit are a question. It is answered here, or, where that
// takes too long, on the slow lane: the frame then stands still until the answer comes as an input.
namespace stepwell {
namespace {

/// What the questions of one turn may take together, if each alone is given less.
constexpr std::chrono::microseconds kLeastForATurn{10'000};

}  // namespace

Question Turn::question(const Frame& frame, std::vector<const JsonataValue*> values,
                        ItemInContext item, std::string_view token) {
    Question out;
    out.definition = x_.info.definition;
    out.input = frame.input;
    out.now = now_;
    out.seed = random_.next();
    const Variables variables = variables_of(x_, frame);
    bool reads_context = false;
    for (const JsonataValue* value : values) {
        reads_context = reads_context || value->reads_context();
        for (const std::string& name : value->variables()) {
            const bool known =
                std::any_of(out.variables.begin(), out.variables.end(),
                            [&](const BoundVariable& variable) { return variable.name == name; });
            const Payload* found = known ? nullptr : variables.find(name);
            if (found != nullptr) out.variables.push_back({name, *found});
        }
    }
    if (reads_context) out.context = Payload(context_of(x_, frame, item, token));
    out.values = std::move(values);
    return out;
}

std::optional<Answer> Turn::ask(Frame& frame, QuestionKey key, Question question) {
    if (frame.questions) {
        for (const auto& [answered, answer] : frame.questions->answers) {
            if (answered == key) return answer;
        }
    }
    if (!input_.patience) return answer(question, std::nullopt);
    // One turn may ask many (an ItemSelector for each item): together they take no longer.
    if (spent_ > std::max(*input_.patience, kLeastForATurn)) {
        send_away(frame, key, std::move(question));
        return std::nullopt;
    }
    const auto start = std::chrono::steady_clock::now();
    Answer here = answer(question, input_.patience);
    spent_ += std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - start);
    if (here || !here.error().deferred) return here;
    send_away(frame, key, std::move(question));
    return std::nullopt;
}

void Turn::send_away(Frame& frame, QuestionKey key, Question question) {
    if (!frame.questions) frame.questions = std::make_unique<FrameQuestions>();
    FrameQuestions& questions = *frame.questions;
    questions.ticket = ++x_.last_ticket;
    questions.open = key;
    questions.resume = frame.phase;
    ++x_.open_questions;
    // A Map whose next item is asked for has others that run on.
    if (key.kind != QuestionKey::Kind::item) {
        if (takes_turns(frame.phase))
            x_.ready.erase(std::find(x_.ready.begin(), x_.ready.end(), frame.id));
        frame.phase = Phase::deciding;
    }
    step_.actions.emplace_back(Ask{frame.id, questions.ticket, std::move(question)});
}

void Turn::take(const Answered& input) {
    const auto found = x_.frames.find(input.frame);
    FrameQuestions* questions = found == x_.frames.end() ? nullptr : found->second.questions.get();
    if (questions == nullptr || questions->ticket == 0 || questions->ticket != input.ticket) {
        step_.accepted = false;
        return;
    }
    Frame& frame = found->second;
    questions->ticket = 0;
    --x_.open_questions;
    questions->answers.emplace_back(questions->open, input.answer);
    if (questions->open.kind == QuestionKey::Kind::item) return go_on_with_items(frame);
    frame.phase = questions->resume;
    if (takes_turns(frame.phase)) x_.ready.push_back(frame.id);
    if (questions->open.kind == QuestionKey::Kind::tried_item) return go_on_trying_items(frame);
    if (!questions->caught) return;
    const Failure failure = *std::exchange(questions->caught, std::nullopt);
    catch_jsonata(frame, questions->open.index, failure);
}

void Turn::forget_answers(FrameId id) {
    const auto found = x_.frames.find(id);
    if (found == x_.frames.end() || !found->second.questions) return;
    if (found->second.questions->ticket == 0) found->second.questions.reset();
}

}  // namespace stepwell
