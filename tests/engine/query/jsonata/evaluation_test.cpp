#include <gtest/gtest.h>

#include "tests/engine/query/jsonata/evaluate.hpp"

namespace stepwell::jsonata {
namespace {

constexpr const char* kShop =
    R"({"shop":"north","orders":[
        {"id":"o1","lines":[{"sku":"a","n":2,"price":5},{"sku":"b","n":1,"price":7}]},
        {"id":"o2","lines":[{"sku":"a","n":4,"price":5}]}]})";

class JsonataEvaluates : public testing::TestWithParam<Row> {};

TEST_P(JsonataEvaluates, Value) {
    const Row& row = GetParam();
    EXPECT_EQ(outcome_of(row.expression, row.input), row.want);
}

INSTANTIATE_TEST_SUITE_P(
    Paths, JsonataEvaluates,
    testing::Values(Row{"Field", "shop", kShop, R"("north")"},
                    Row{"MapsOverArrays", "orders.lines.sku", kShop, R"(["a","b","a"])"},
                    Row{"OneItemIsItself", "orders[0].id", kShop, R"("o1")"},
                    Row{"KeepsTheArray", "orders[0].id[]", kShop, R"(["o1"])"},
                    Row{"NothingIsUndefined", "orders.nope", kShop, "undefined"},
                    Row{"NegativeIndex", "orders[-1].id", kShop, R"("o2")"},
                    Row{"IndexPerItem", "orders.lines[0].sku", kShop, R"(["a","a"])"},
                    Row{"IndexOfTheWhole", "(orders.lines)[0].sku", kShop, R"("a")"},
                    Row{"SeveralIndexes", "[10,20,30,40][[0,2]]", "null", "[10,30]"},
                    Row{"Predicate", "orders.lines[n > 1].sku", kShop, R"(["a","a"])"},
                    Row{"Wildcard", "orders[1].lines.*", kShop, R"(["a",4,5])"},
                    Row{"Descendants", "**.n", kShop, "[2,1,4]"},
                    Row{"ConstructedArraysStay", "orders.[id]", kShop, R"([["o1"],["o2"]])"},
                    Row{"StepsFromAnEmptyConstructor", "[nope].id", kShop, "[]"},
                    Row{"StepsFromAnEmptyConstructorKept", "[].id[]", kShop, "[[]]"},
                    Row{"StepsFromAnEmptyVariable", "($x := []; $x.id)", kShop, "undefined"},
                    Row{"CountedStepsFromAnEmptyConstructor", "[].id#$i.n", kShop, "[]"},
                    Row{"ConstructorInAnEmptyContext", "e.([1,2].($ + 1))", R"({"e":[[],1]})",
                        "[2,3,2,3]"},
                    Row{"TopArray", "$[1]", "[1,2,3]", "2"},
                    Row{"TopArrayIsOneInput", "$count($)", "[1,2,3]", "3"},
                    Row{"QuotedName", "`a b`", R"({"a b":1})", "1"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Streams, JsonataEvaluates,
    testing::Values(
        Row{"Parent", "orders.lines.(%.id & sku)", kShop, R"(["o1a","o1b","o2a"])"},
        Row{"Grandparent", "orders.lines.sku.(%.%.id)", kShop, R"(["o1","o1","o2"])"},
        Row{"ParentInPredicate", "orders.lines[%.id = 'o2'].n", kShop, "4"},
        Row{"Focus", "orders@$o.lines@$l.{'o': $o.id, 'l': $l.sku}",
            R"({"orders":[{"id":1},{"id":2}],"lines":{"sku":"z"}})",
            R"([{"o":1,"l":"z"},{"o":2,"l":"z"}])"},
        Row{"Index", "orders#$i.{'i': $i, 'id': id}", kShop,
            R"([{"i":0,"id":"o1"},{"i":1,"id":"o2"}])"},
        Row{"IndexOverAll", "orders.lines#$i.($i)", kShop, "[0,1,0]"},
        Row{"SortDescending", "orders.lines^(>n).n", kShop, "[4,2,1]"},
        Row{"SortByTwo", "orders.lines^(sku, >n).n", kShop, "[4,2,1]"},
        Row{"SortsNothingLast", "$^(>a).b", R"([{"b":1},{"a":1,"b":2},{"a":2,"b":3}])", "[3,2,1]"},
        Row{"GroupsAll", "orders.lines{sku: $sum(n)}", kShop, R"({"a":6,"b":1})"},
        Row{"ObjectPerItem", "orders.{id: $count(lines)}", kShop, R"([{"o1":2},{"o2":1}])"},
        Row{"GroupOfNothing", "nope{'a': 1}", kShop, R"({"a":1})"},
        Row{"JoinOfEquals", "orders@$o.$$.names@$n[$n.id = $o.id].{'id': $n.id, 'name': $n.name}",
            R"({"orders":[{"id":1},{"id":2},{"id":3}],"names":[{"id":2,"name":"b"},{"id":1,"name":"a"}]})",
            R"([{"id":1,"name":"a"},{"id":2,"name":"b"}])"},
        Row{"JoinIsCountedAfterItsTest", "a@$x.$$.b@$y[$y > $x]#$i.[$x, $y, $i]",
            R"({"a":[1,2],"b":[1,2,3]})", "[1,2,0,1,3,1,2,3,2]"},
        Row{"JoinIsCountedBeforeItsTest", "a@$x.$$.b@$y#$i[$y > $x].[$x, $y, $i]",
            R"({"a":[1,2],"b":[1,2,3]})", "[1,2,1,1,3,2,2,3,2]"},
        Row{"JoinByPosition", "a@$x.$$.b@$y[$y > $x][-1].[$x, $y]", R"({"a":[1,2],"b":[1,2,3]})",
            "[2,3]"},
        Row{"FocusOfNothing", "nope@$x.y", kShop, "undefined"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Functions, JsonataEvaluates,
    testing::Values(
        Row{"Closure", "($add := function($x){ function($y){ $x + $y } }; $add(2)(3))", "null",
            "5"},
        Row{"ContextIsNotBound", "[1, $ := 2, $]", "3", "[1,2,3]"},
        Row{"ContextIsNotBoundBesideAVariable", "($a := 1; $ := 2; $ + $a)", "3", "4"},
        Row{"Recursion", "($f := function($n){ $n < 2 ? 1 : $n * $f($n - 1) }; $f(10))", "null",
            "3628800"},
        Row{"MutualRecursion",
            "($even := function($n){ $n = 0 ? true : $odd($n - 1) };"
            " $odd := function($n){ $n = 0 ? false : $even($n - 1) }; $even(10))",
            "null", "true"},
        Row{"Partial", "($half := $power(?, 2); $half(5))", "null", "25"},
        Row{"Chain", "[1,2,3] ~> $map(function($x){ $x * 2 }) ~> $sum()", "null", "12"},
        Row{"Composition", "($f := $trim ~> $uppercase; $f('  ab '))", "null", R"("AB")"},
        Row{"ContextArgument", "'abc'.$uppercase()", "null", "undefined"},
        Row{"Transform", "$ ~> |orders|{'n': $count(lines)}, 'lines'|", kShop,
            R"({"shop":"north","orders":[{"id":"o1","n":2},{"id":"o2","n":1}]})"},
        Row{"TransformLeavesTheInput", "($y := $ ~> |$|{'shop': 1}|; shop)", kShop, R"("north")"},
        Row{"TransformOfWhatAPredicateFinds",
            "$ ~> |orders.lines[n > 1]|{'sum': n * price}, ['n', 'price', 'nope']|", kShop,
            R"({"shop":"north","orders":[{"id":"o1","lines":[{"sku":"a","sum":10},)"
            R"({"sku":"b","n":1,"price":7}]},{"id":"o2","lines":[{"sku":"a","sum":20}]}]})"},
        Row{"TransformOfNothing", "$ ~> |orders.nope|{'x': 1}|", R"({"orders":[{"a":[1]}]})",
            R"({"orders":[{"a":[1]}]})"},
        Row{"TransformOfNestedLists", "$ ~> |*.a|{'x': 1}|", R"([[{"a":{"b":1}}],{"c":{"a":{}}}])",
            R"([[{"a":{"b":1,"x":1}}],{"c":{"a":{"x":1}}}])"},
        Row{"TransformOfElements", "$ ~> |$|{'x': 1}|", R"([{"a":1},2,{"a":3}])",
            R"([{"a":1,"x":1},2,{"a":3,"x":1}])"},
        Row{"TransformWithinTransform", "$ ~> |**|{'n': $count($keys($))}|",
            R"({"a":{"b":{"c":1}}})", R"({"a":{"b":{"c":1,"n":1},"n":1},"n":1})"},
        Row{"TransformChangesItsCopyAlone", "($y := $ ~> |$$.a|{'b': 2}|; [$y.a.b, a.b])",
            R"({"a":{"b":1}})", "[1,1]"},
        Row{"TransformSeesItsOwnChanges", "$ ~> |a|{'b': 2}, b = 2 ? 'c'|",
            R"({"a":{"b":1,"c":1}})", R"({"a":{"b":2}})"},
        Row{"TransformKeepsTheOtherDocument", "$ ~> |a|{'old': $$.a}|", R"({"a":{"b":1}})",
            R"({"a":{"b":1,"old":{"b":1}}})"},
        Row{"TransformRoundsNumbersAsCloneDoes", "$ ~> |a|{'x': 1}|",
            R"({"a":{},"n":0.30000000000000004})", R"({"a":{"x":1},"n":0.3})"},
        Row{"TransformOfATransform", "$ ~> |a|{'x': 1}| ~> |a|{'y': x + 1}|", R"({"a":{},"b":[1]})",
            R"({"a":{"x":1,"y":2},"b":[1]})"},
        Row{"TransformRefusesWhatIsNoObject", "$ ~> |a|1|", R"({"a":{}})",
            "T2011: The insert/update clause of the transform expression must evaluate to an "
            "object: 1"},
        Row{"InnerScope", "($x := 1; ($x := 2; $x) + $x)", "null", "3"},
        Row{"LookupFallsThrough", "($x := 1; (false ? $x := 2; $x))", "null", "1"},
        Row{"EvalSeesVariables", "($x := 4; $eval('$x + 1'))", "null", "5"},
        Row{"RegexAsFunction", "($m := /b(c)/('abcd'); [$m.start, $m.groups])", "null",
            R"([1,"c"])"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Operators, JsonataEvaluates,
    testing::Values(Row{"UndefinedInSums", "1 + nope", "{}", "undefined"},
                    Row{"UndefinedIsNotEqual", "nope != 1", "{}", "false"},
                    Row{"DeepEquality", "{'a':[1,{'b':2}]} = {'a':[1,{'b':2}]}", "null", "true"},
                    Row{"Concatenates", "1.5 & 'x' & nope & true", "{}", R"("1.5xtrue")"},
                    Row{"TypeMismatch", "1 + 'a'", "null",
                        "T2002: The right side of the \"+\" operator must evaluate to a number"},
                    Row{"Range", "[1..3, 7..8]", "null", "[1,2,3,7,8]"},
                    Row{"InScalar", "2 in 2", "null", "true"},
                    Row{"InIsNotDeep", "{'a':1} in [{'a':1}]", "null", "false"},
                    Row{"ArrayInIsNotDeep", "[1] in [[1]]", "null", "false"},
                    Row{"InFindsTheObjectItself", "a[0] in a", R"({"a":[{"b":1},2]})", "true"},
                    Row{"HalfAPairIsReplacedOutside", R"("\ud83d")", "null", "\"\xEF\xBF\xBD\""},
                    Row{"HalvesMakeAPair", R"($length("\ud83d" & "\ude02"))", "null", "2"},
                    Row{"EscapedPair", R"($length("\ud83d\ude02"))", "null", "1"},
                    Row{"ShortCircuit", "true or $error('no')", "null", "true"},
                    Row{"Modulo", "-7 % 3", "null", "-1"},
                    Row{"DefaultOperator", "0 ?: 5", "null", "5"},
                    Row{"CoalescingOperator", "nope ?? 0 ?? 5", "{}", "0"}),
    row_name);

}  // namespace
}  // namespace stepwell::jsonata
