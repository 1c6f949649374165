#include <gtest/gtest.h>

#include "tests/engine/query/jsonata/evaluate.hpp"

namespace stepwell::jsonata {
namespace {

class JsonataFunction : public testing::TestWithParam<Row> {};

TEST_P(JsonataFunction, Value) {
    const Row& row = GetParam();
    EXPECT_EQ(outcome_of(row.expression, row.input), row.want);
}

INSTANTIATE_TEST_SUITE_P(
    Arrays, JsonataFunction,
    testing::Values(
        Row{"Zip", "$zip([1,2,3],['a','b'])", "null", R"([[1,"a"],[2,"b"]])"},
        Row{"DistinctTexts", "$distinct(['','a','','b','a'])", "null", R"(["","a","b"])"},
        Row{"DistinctOfMany",
            "$count($distinct($map([0..999], function($x){ $string($x % 300) })))", "null", "300"},
        Row{"Distinct", "$distinct([1,'1',1,{'a':1},{'a':1}])", "null", R"([1,"1",{"a":1}])"},
        Row{"SortStable",
            "$sort([{'k':2,'v':1},{'k':1,'v':2},{'k':2,'v':3}],"
            "function($a,$b){$a.k > $b.k}).v",
            "null", "[2,1,3]"},
        Row{"SortMixed", "$sort([1,'a'])", "null",
            "D3070: The single argument form of the sort function can only be applied to an array "
            "of strings or an array of numbers.  Use the second argument to specify a comparison "
            "function"},
        Row{"ReduceWithInit", "$reduce([1,2,3], function($a,$b){$a & $b}, '>')", "null",
            R"(">123")"},
        Row{"MapIndex", "$map(['a','b'], function($v,$i){$v & $i})", "null", R"(["a0","b1"])"},
        Row{"FilterOne", "$filter([1,2,3], function($v){$v = 2})", "null", "2"},
        Row{"SingleTwice", "$single([1,1])", "null",
            "D3138: The $single() function expected exactly 1 matching result.  Instead it matched "
            "more."},
        Row{"ReverseOne", "$reverse([1])", "null", "[1]"},
        Row{"AppendUndefined", "$append(nope, 1)", "{}", "1"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Objects, JsonataFunction,
    testing::Values(Row{"KeysOfAll", "$keys([{'a':1},{'b':1,'a':2}])", "null", R"(["a","b"])"},
                    Row{"Spread", "$spread({'a':1,'b':2})", "null", R"([{"a":1},{"b":2}])"},
                    Row{"Merge", "$merge([{'a':1},{'a':2,'b':3}])", "null", R"({"a":2,"b":3})"},
                    Row{"Sift", "$sift({'a':1,'b':2}, function($v){$v > 1})", "null", R"({"b":2})"},
                    Row{"Each", "$each({'a':1,'b':2}, function($v,$k){$k & $v})", "null",
                        R"(["a1","b2"])"},
                    Row{"Lookup", "$lookup([{'a':1},{'a':2}], 'a')", "null", "[1,2]"},
                    Row{"TypeOfFunction", "$type($sum)", "null", R"("function")"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Texts, JsonataFunction,
    testing::Values(
        Row{"StringRounds", "$string(0.1 + 0.2)", "null", R"("0.3")"},
        Row{"StringOfObject", "$string({'a':[1,'x',null]})", "null", R"("{\"a\":[1,\"x\",null]}")"},
        Row{"StringPretty", "$string([1], true)", "null", R"("[\n  1\n]")"},
        Row{"StringOfInfinity", "$string(1/0)", "null",
            "D3001: Attempting to invoke string function on Infinity or NaN"},
        Row{"SubstringFromEnd", "$substring('hello', -3, 2)", "null", R"("ll")"},
        Row{"PadLeft", "$pad('7', -3, '01')", "null", R"("017")"},
        Row{"TrimInside", "$trim('  a \n b ')", "null", R"("a b")"},
        Row{"UpperExpands", "$uppercase('straße')", "null", R"("STRASSE")"},
        Row{"LowerFinalSigma", "$lowercase('ΟΔΟΣ ΣΑ')", "null", R"("οδος σα")"},
        Row{"SplitRegex", "$split('a1b22c', /[0-9]+/)", "null", R"(["a","b","c"])"},
        Row{"SplitLimit", "$split('a,b,c', ',', 2)", "null", R"(["a","b"])"},
        Row{"Match", "$match('a1b2', /[a-z]([0-9])/)[1]", "null",
            R"({"match":"b2","index":2,"groups":["2"]})"},
        Row{"ReplaceGroups", "$replace('john smith', /(\\w+) (\\w+)/, '$2, $1 $$')", "null",
            R"("smith, john $")"},
        Row{"ReplaceFunction", "$replace('1 2', /\\d/, function($m){$string($number($m.match)*2)})",
            "null", R"("2 4")"},
        Row{"ReplaceEmptyMatch", "$replace('abc', /x*/, '-')", "null",
            "D1004: Regular expression matches zero length string"},
        Row{"OwnMatcher",
            "$split('abc', function($s){{'match':'b','start':1,'end':2,'groups':[],"
            "'next':function(){nope}}})",
            "{}", R"(["a","c"])"},
        Row{"NoMatcher", "$match('a', function($s){{'x':1}})", "null",
            "T1010: The matcher function argument passed to function \"match\" does not return the "
            "correct object structure"}),
    row_name);

class AwsFunction : public testing::TestWithParam<Row> {};

TEST_P(AwsFunction, Value) {
    const Row& row = GetParam();
    EXPECT_EQ(outcome_of(row.expression, row.input, Dialect::aws), row.want);
}

INSTANTIATE_TEST_SUITE_P(
    Aws, AwsFunction,
    testing::Values(
        Row{"Partition", "$partition([1,2,3], 2)", "null", "[[1,2],[3]]"},
        Row{"PartitionRoundsDown", "$partition([1,2,3], 2.9)", "null", "[[1,2],[3]]"},
        Row{"Range", "$range(0, 6, 2)", "null", "[0,2,4,6]"},
        Row{"RangeDown", "$range(3, 1, -1)", "null", "[3,2,1]"},
        Row{"RangeOfOne", "$range(1, 9, 9)", "null", "1"},
        Row{"Hash", "$hash('input', 'SHA-1')", "null",
            R"("140f86aae51ab9e1cda9b4254fe98a74eb54c1a1")"},
        // OBSERVED: java.util.Random's first number for the seed.
        Row{"SeededRandom", "$random(42)", "null", "0.7275636800328681"},
        Row{"Uuid", "$length($uuid())", "null", "36"},
        Row{"Parse", R"($parse('{"a":[1,2]}').a[1])", "null", "2"},
        Row{"NoEval", "$eval('1')", "null", "T1006: Attempted to invoke a non-function"},
        Row{"NoDefaultOperator", "0 ?: 1", "null",
            "S0211: The symbol \":\" cannot be used as a unary operator"},
        Row{"NoInput", "$", "5", "undefined"},
        Row{"InfinityIsText", "[1/0]", "null", R"(["Infinity"])"},
        Row{"ResultIsFinite", "1/0", "null", "unsupported-result: The result is no finite number"},
        Row{"ResultIsANumber", "0/0", "null", "unsupported-result: The result is no finite number"},
        Row{"ResultIsNoFunction", "$sum", "null", "unsupported-result: The result is a function"},
        Row{"WrongArgument", "$sum('a')", "null",
            "T0412: Argument 1 of function \"sum\" must be an array of \"numbers\""}),
    row_name);

}  // namespace
}  // namespace stepwell::jsonata
