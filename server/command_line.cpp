#include "server/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <map>

#include "server/config_file.hpp"
#include "server/endpoint_settings.hpp"

namespace stepwell::server {

namespace {

constexpr const char* kDefaultConfigFile = "stepwell.yaml";

constexpr const char* kDescription = "Stepwell: AWS Step Functions on your own machine.";

constexpr const char* kFooter =
    R"(Each option can also be said as an environment variable (--log-level: STEPWELL_LOG_LEVEL) or as a key of
stepwell.yaml (log-level: debug), in this order. Those of AWS's local tool mean the same here: AWS_ACCOUNT_ID,
AWS_DEFAULT_REGION, LAMBDA_ENDPOINT, SQS_ENDPOINT …, WAIT_TIME_SCALE, and -account, -region, -lambdaEndpoint,
-sqsEndpoint …, -waitTimeScale; and so do AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_DYNAMODB ….

Point clients at it:  aws stepfunctions --endpoint-url http://127.0.0.1:8083 list-state-machines

StartSyncExecution is sent to sync-HOST, and sync-127.0.0.1 resolves nowhere. What helps whom:
  newer AWS CLI and boto3   AWS_DISABLE_HOST_PREFIX_INJECTION=true
  JavaScript SDK            disableHostPrefix: true
  every CLI (also 2.9)      HTTP_PROXY=http://127.0.0.1:8083 (Stepwell serves the call itself, and forwards nothing)
  anything else             a line in /etc/hosts: 127.0.0.1 sync-localhost, and --endpoint-url http://localhost:8083)";

/// How AWS's local tool spells what it also takes with two dashes.
const std::map<std::string, std::string> kJavaSpellings = {
    {"-account", "--account"},
    {"-region", "--region"},
    {"-lambdaEndpoint", "--lambda-endpoint"},
    {"-waitTimeScale", "--wait-time-scale"},
};

std::optional<std::string> set_variable(const Environment& environment, std::string_view name) {
    if (name.empty()) return std::nullopt;
    auto value = environment(std::string(name));
    // Compose files and shells often set what they have no value for to nothing.
    if (value && value->empty()) return std::nullopt;
    return value;
}

std::string one_line(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
    return text;
}

constexpr const char* kSeeHelp = "; stepwell --help lists the options";

/// CLI11 says `--port: 1 required N missing`.
std::string option_of(const CLI::ArgumentMismatch& mismatch) {
    const std::string text = one_line(mismatch.what());
    return text.substr(0, text.find(':'));
}

std::optional<UsageError> not_understood(const std::vector<std::string>& extras) {
    if (extras.empty()) return std::nullopt;
    // An unknown option leaves its value behind, too: the option is what was meant.
    const auto option = std::find_if(extras.begin(), extras.end(),
                                     [](const std::string& text) { return text.starts_with('-'); });
    if (option != extras.end())
        return UsageError{"there is no option \"" + *option + '"' + kSeeHelp};
    return UsageError{"\"" + extras.front() + "\" belongs to no option" + kSeeHelp};
}

/// What stands on the command line, still as text.
struct Arguments {
    std::map<std::string, std::string, std::less<>> values;  ///< key → value
    std::optional<std::string> config;
    std::vector<std::string> functions;
    std::vector<std::string> endpoints;
    bool version = false;
};

class Parser {
public:
    Parser() : app_(kDescription, "stepwell [serve]") {
        app_.footer(kFooter);
        app_.allow_extras();  // not_understood() says what is wrong with them
        app_.set_help_flag("-h,--help", "print this");
        app_.add_flag("--version", arguments_.version, "print the version");
        app_.get_formatter()->column_width(34);
        for (const SettingRow& row : setting_rows()) {
            std::string names = "--" + std::string(row.key);
            if (!row.other_option.empty()) names += ",--" + std::string(row.other_option);
            if (row.value_name.empty()) {
                options_[&row] = app_.add_flag(names, texts_[&row], std::string(row.help));
                continue;
            }
            options_[&row] = app_.add_option(names, texts_[&row], std::string(row.help));
            options_[&row]->type_name(std::string(row.value_name));
        }
        config_ = app_.add_option("--config", config_text_,
                                  "configuration file (stepwell.yaml of this folder, if any)");
        config_->type_name("FILE");
        app_.add_option("--function", arguments_.functions,
                        "run a Lambda function here, from FOLDER/FILE.py, .js or an executable; "
                        "may be repeated")
            ->type_name("NAME=FOLDER/FILE.HANDLER")
            ->allow_extra_args(false);
        app_.add_option("--endpoint", arguments_.endpoints,
                        "where a service of AWS is, such as dynamodb=http://127.0.0.1:8000; may be "
                        "repeated")
            ->type_name("SERVICE=URL")
            ->allow_extra_args(false);
    }

    /// nullopt: parsed. Otherwise what to do instead.
    std::optional<Command> parse(std::vector<std::string> arguments) {
        spell_endpoint_options(arguments);
        for (std::string& argument : arguments) {
            const std::size_t name_end = std::min(argument.find('='), argument.size());
            const auto spelled = kJavaSpellings.find(argument.substr(0, name_end));
            if (spelled != kJavaSpellings.end()) argument.replace(0, name_end, spelled->second);
        }
        std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
        try {
            app_.parse(std::move(arguments));
        } catch (const CLI::CallForHelp&) {
            return Print{app_.help()};
        } catch (const CLI::ArgumentMismatch& e) {
            return UsageError{option_of(e) + " needs one value, and is given once" + kSeeHelp};
        } catch (const CLI::ParseError& e) {
            return UsageError{one_line(e.what()) + kSeeHelp};
        }
        if (auto error = not_understood(app_.remaining())) return std::move(*error);
        if (arguments_.version) return Print{"stepwell " STEPWELL_VERSION "\n"};
        for (const auto& [row, option] : options_) {
            if (option->count() > 0) arguments_.values[std::string(row->key)] = texts_[row];
        }
        if (config_->count() > 0) arguments_.config = config_text_;
        return std::nullopt;
    }

    const Arguments& arguments() const { return arguments_; }

private:
    CLI::App app_;
    Arguments arguments_;
    std::map<const SettingRow*, std::string> texts_;
    std::map<const SettingRow*, CLI::Option*> options_;
    CLI::Option* config_ = nullptr;
    std::string config_text_;
};

using Problem = std::optional<std::string>;

Problem set(Settings& settings, const SettingRow& row, const std::string& source,
            const std::string& value) {
    if (value.empty()) return source + " needs a value";
    const Problem problem = row.set(settings, value);
    if (!problem) return std::nullopt;
    return source + " \"" + value + "\" " + *problem;
}

Problem read_config(Settings& settings, const Arguments& arguments,
                    const Environment& environment) {
    std::optional<std::string> file = arguments.config;
    if (!file) file = set_variable(environment, "STEPWELL_CONFIG");
    std::error_code ec;
    if (!file && std::filesystem::exists(kDefaultConfigFile, ec)) file = kDefaultConfigFile;
    return file ? read_config_file(*file, settings) : std::nullopt;
}

Problem read_environment(Settings& settings, const Environment& environment) {
    const EndpointLayer layer(settings.aws);
    for (const SettingRow& row : setting_rows()) {
        for (const std::string_view name :
             {row.aws_variable, row.variable}) {  // ours comes last and wins
            const auto value = set_variable(environment, name);
            if (!value) continue;
            if (auto problem = set(settings, row, std::string(name), *value)) return problem;
        }
    }
    return read_aws_environment(settings, environment);
}

Problem read_arguments(Settings& settings, const Arguments& arguments) {
    const EndpointLayer layer(settings.aws);
    for (const auto& [key, value] : arguments.values) {
        if (auto problem = set(settings, *find_setting(key), "--" + key, value)) return problem;
    }
    for (const std::string& text : arguments.functions) {
        auto function = parse_local_function(text);
        if (!function) return "--function \"" + text + "\": " + function.error().message;
        // One on the command line stands for the one of that name in the file.
        std::erase_if(settings.lambda.functions,
                      [&](const LocalFunction& f) { return f.name == function->name; });
        settings.lambda.functions.push_back(std::move(*function));
    }
    for (const std::string& text : arguments.endpoints) {
        if (auto problem = read_endpoint_argument(settings.aws, text)) return problem;
    }
    return std::nullopt;
}

/// Where a user's data belongs: XDG Base Directory Specification. A relative path there is to be
/// ignored.
std::optional<std::string> default_data_file(const Environment& environment) {
    constexpr const char* kFile = "stepwell/stepwell.db";
    const std::filesystem::path data_home = environment("XDG_DATA_HOME").value_or("");
    if (data_home.is_absolute()) return (data_home / kFile).string();
    const std::filesystem::path home = environment("HOME").value_or("");
    if (home.is_absolute()) return (home / ".local/share" / kFile).string();
    return std::nullopt;
}

Problem choose_data(Settings& settings, const Environment& environment) {
    if (!settings.data.empty()) return std::nullopt;
    const auto file = default_data_file(environment);
    if (!file)
        return "there is no home folder to keep data in: name a file with --data, or :memory: to "
               "keep nothing";
    settings.data = *file;
    return std::nullopt;
}

Problem read_all(Settings& settings, const Arguments& arguments, const Environment& environment) {
    if (auto problem = read_config(settings, arguments, environment)) return problem;
    if (auto problem = read_environment(settings, environment)) return problem;
    if (auto problem = read_arguments(settings, arguments)) return problem;
    settings.lambda.region = settings.owner.region;
    settings.lambda.account = settings.owner.account;
    if (const auto error = check_lambda_options(settings.lambda)) return error->message;
    return check_aws_options(settings);
}

/// Fills what `app` was given. nullopt: parsed; otherwise what to do instead.
std::optional<Command> parse_with(CLI::App& app, std::vector<std::string> arguments,
                                  const char* see_help) {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    try {
        app.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
        return Print{app.help()};
    } catch (const CLI::ParseError& e) {
        return UsageError{one_line(e.what()) + see_help};
    }
    return std::nullopt;
}

/// `stepwell validate`: needs no settings.
Command parse_validate(std::vector<std::string> arguments) {
    constexpr const char* kSeeValidateHelp = "; stepwell validate --help says more";
    CLI::App app("Checks state machine definitions as CreateStateMachine does.",
                 "stepwell validate");
    app.set_help_flag("-h,--help", "print this");
    Validate validate;
    std::string type = "STANDARD";
    app.add_option("--type", type, "STANDARD (default) or EXPRESS")->type_name("TYPE");
    app.add_option("FILE", validate.files,
                   "definitions in JSON, or in YAML where the name ends in .yaml or .yml; - is "
                   "standard input")
        ->type_name("");
    app.footer(
        "Prints FILE:LINE:COLUMN: error: MESSAGE [CODE] for all that is wrong. The exit status is "
        "1 where\nany definition would be refused, else 0.");
    if (auto instead = parse_with(app, std::move(arguments), kSeeValidateHelp))
        return *std::move(instead);
    if (validate.files.empty())
        return UsageError{std::string("validate needs at least one file") + kSeeValidateHelp};
    if (type == "EXPRESS" || type == "express") {
        validate.type = asl::WorkflowType::express;
    } else if (type != "STANDARD" && type != "standard") {
        return UsageError{"--type \"" + type + "\" is neither STANDARD nor EXPRESS"};
    }
    return validate;
}

/// `stepwell mock init`: needs no settings.
Command parse_mock(std::vector<std::string> arguments) {
    constexpr const char* kSeeMockHelp = "; stepwell mock --help says more";
    CLI::App app("Writes a mock configuration to begin with, from a definition.", "stepwell mock");
    app.set_help_flag("-h,--help", "print this");
    MockInit init;
    app.add_option("--state-machine", init.state_machine,
                   "name of the state machine (that of the file)")
        ->type_name("NAME");
    app.add_option("--test-case", init.test_case, "name of the test case (HappyPath)")
        ->type_name("NAME");
    std::string verb;
    app.add_option("init", verb, "what to do")->type_name("");
    app.add_option("DEFINITION", init.definition,
                   "a definition in JSON, or in YAML where the name ends in .yaml or .yml; - is "
                   "standard input")
        ->type_name("");
    app.footer("Prints the configuration; give it to the server with --mock-config FILE.");
    if (auto instead = parse_with(app, std::move(arguments), kSeeMockHelp))
        return *std::move(instead);
    if (verb != "init" || init.definition.empty())
        return UsageError{std::string("mock needs: mock init DEFINITION") + kSeeMockHelp};
    return init;
}

constexpr const char* kSeeEvalHelp = "; stepwell eval --help says more";

/// `NAME=JSON`, with or without a `$` before the name.
std::optional<UsageError> add_binding(Eval& eval, const std::string& text) {
    const std::size_t equals = text.find('=');
    std::string name = text.substr(0, equals);
    if (name.starts_with('$')) name.erase(0, 1);
    if (equals == std::string::npos || name.empty())
        return UsageError{"--bind \"" + text + "\" is not NAME=JSON" + kSeeEvalHelp};
    auto value = parse_json(std::string_view(text).substr(equals + 1));
    if (!value)
        return UsageError{"--bind " + name + ": the value is not JSON: " + value.error().message};
    eval.bindings.emplace_back(std::move(name), std::move(*value));
    return std::nullopt;
}

std::optional<UsageError> set_language(Eval& eval, const std::string& name) {
    if (name == "jsonata") {
        eval.language = Eval::Language::jsonata;
    } else if (name == "jsonpath") {
        eval.language = Eval::Language::jsonpath;
    } else if (name == "intrinsic") {
        eval.language = Eval::Language::intrinsic;
    } else {
        return UsageError{"--language \"" + name + "\" is none of jsonata, jsonpath, intrinsic"};
    }
    if (eval.standard && eval.language != Eval::Language::jsonata)
        return UsageError{std::string("--standard is for --language jsonata") + kSeeEvalHelp};
    return std::nullopt;
}

/// `stepwell eval`: needs no settings.
Command parse_eval(std::vector<std::string> arguments) {
    CLI::App app("Evaluates an expression as a state would.", "stepwell eval");
    app.set_help_flag("-h,--help", "print this");
    Eval eval;
    std::string language = "jsonata";
    std::vector<std::string> bindings;
    app.add_option("--language", language, "jsonata (default), jsonpath or intrinsic")
        ->type_name("LANGUAGE");
    app.add_option("--input", eval.input_file,
                   "the state's input as JSON ($states.input, or $); - is standard input")
        ->type_name("FILE");
    app.add_option("--bind", bindings,
                   "a variable; states=JSON is $states, to JSONPath context=JSON is $$")
        ->type_name("NAME=JSON")
        ->allow_extra_args(false);
    app.add_flag("--standard", eval.standard,
                 "JSONata as jsonata.org has it: the input is $, nothing is AWS's");
    app.add_option("--batch", eval.batch_file,
                   "a line of {\"expr\", \"data\", \"bindings\"} for each of many expressions")
        ->type_name("FILE.jsonl");
    // Not a list of them: CLI11 would take `[1,2]` apart.
    app.add_option("EXPRESSION", eval.expression, "after -- if it begins with -")->type_name("");
    app.footer(
        "Prints the value as JSON, or on standard error why there is none; the exit status is 1 "
        "then. "
        "Of a\nbatch prints {\"result\": ...}, {\"undefined\": true} or {\"error\": {\"code\", "
        "\"message\", \"position\"}} a line.");
    if (auto instead = parse_with(app, std::move(arguments), kSeeEvalHelp))
        return *std::move(instead);
    if (auto problem = set_language(eval, language)) return *std::move(problem);
    for (const std::string& binding : bindings) {
        if (auto problem = add_binding(eval, binding)) return *std::move(problem);
    }
    if (eval.expression.has_value() == eval.batch_file.has_value())
        return UsageError{std::string("eval needs one expression, or --batch") + kSeeEvalHelp};
    return eval;
}

}  // namespace

Command parse_command_line(const std::vector<std::string>& arguments,
                           const Environment& environment) {
    std::vector<std::string> rest = arguments;
    bool ask_health = false;
    if (!rest.empty() && !rest.front().starts_with('-')) {
        const std::string command = rest.front();
        rest.erase(rest.begin());
        if (command == "validate") return parse_validate(std::move(rest));
        if (command == "eval") return parse_eval(std::move(rest));
        if (command == "mock") return parse_mock(std::move(rest));
        ask_health = command == "health";
        if (command != "serve" && !ask_health) {
            return UsageError{
                "there is no command \"" + command +
                "\"; there are: stepwell serve, stepwell validate, stepwell eval, stepwell mock, "
                "stepwell health"};
        }
    }
    Parser parser;
    if (auto instead = parser.parse(std::move(rest))) return std::move(*instead);
    Serve serve;
    if (auto problem = read_all(serve.settings, parser.arguments(), environment))
        return UsageError{std::move(*problem)};
    if (ask_health) return Health{serve.settings.address, serve.settings.port};
    if (auto problem = choose_data(serve.settings, environment))
        return UsageError{std::move(*problem)};
    return serve;
}

}  // namespace stepwell::server
