using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Authority.Conditions;

public sealed class ConditionTests
{
    private static readonly Unit Eur = Unit.Parse("EUR");

    [Theory]
    [InlineData("tool == \"refund\" and parameters.refundAmount > 200", 250, true)]
    [InlineData("tool == \"refund\" and parameters.refundAmount > 200", 200, false)]
    [InlineData("tool == 'pay' or \"pii\" in data", 1, true)]
    [InlineData("not (tool in [\"refund\", 'pay']) or cost.EUR >= 0.51", 1, false)]
    [InlineData("parameters[\"customer name\"] == \"it's\"", 1, true)]
    [InlineData("operation == \"tool\" and environment == \"production\" and provider != \"openai\"", 1, false)]
    [InlineData("true", 1, true)]
    public void Holds_OfARequest_IsWhatTheConditionSays(string condition, int amount, bool holds) =>
        Assert.Equal(holds, Holds(condition, Refund(amount)));

    [Theory]
    [InlineData("parameters.missing <= 200", false)]
    [InlineData("parameters.missing != 200", false)]
    [InlineData("model != \"gpt-5\"", false)]
    [InlineData("not (parameters.missing <= 200)", true)]
    public void Holds_ValueIsMissing_TheComparisonIsFalse(string condition, bool holds) =>
        Assert.Equal(holds, Holds(condition, Refund(1)));

    [Theory]
    [InlineData("parameters.refundAmount == \"250\"", true)]
    [InlineData("not (parameters.refundAmount == \"250\")", true)]
    [InlineData("parameters.refundAmount in [true]", true)]
    [InlineData("parameters[\"customer name\"] > 1", true)]
    [InlineData("parameters.refundAmount == parameters[\"customer name\"]", true)]
    [InlineData("tool == \"search\" and parameters.refundAmount == \"250\"", false)]
    [InlineData("cost.GBP < 1", true)]
    [InlineData("not (cost.GBP < 1)", true)]
    [InlineData("cost.GBP < 1 and tool == \"search\"", false)]
    public void Holds_NobodyCanTell_APersonIsAskedUnlessItMakesNoDifference(string condition, bool holds) =>
        Assert.Equal(holds, Holds(condition, Refund(250)));

    [Theory]
    [InlineData("cost > 9999999999999999.999999999998", "9999999999999999.999999999999", true)]
    [InlineData("cost > 9999999999999999.999999999999", "9999999999999999.999999999999", false)]
    [InlineData("cost > 9999999999999999999999999999", "999999999999999999.999999999999", false)]
    [InlineData("0.000000000000000000000000001 > cost", "0", true)]
    [InlineData("0.000000000000000000000000001 > cost", "0.000000000001", false)]
    [InlineData("cost > -0.5", "0", true)]
    [InlineData("cost == 0.1", "0.1", true)]
    [InlineData("0.3 >= cost", "0.300000000001", false)]
    public void Holds_OfNumbers_IsExact(string condition, string cost, bool holds) =>
        Assert.Equal(holds, Condition.Read(condition).Holds(new ConditionInput(Refund(1), _ => Quantity.Parse(cost))));

    [Fact]
    public void Holds_CostThatTheRequestMustTell_LetsTheRefusalThrough() =>
        Assert.Equal("estimate_required", Assert.Throws<InvalidRequestException>(() => Condition.Read("cost > 1").Holds(new ConditionInput(
            Refund(1), _ => throw new InvalidRequestException("estimate", "is required", "estimate_required")))).Code);

    [Fact]
    public void Read_CostWithoutUnit_IsInTheUnitGiven()
    {
        var condition = Condition.Read("cost > 1 or cost.tokens > 1000 or cost.EUR > 2", Eur);

        Assert.Equal([Eur, Unit.Tokens], condition.CostUnits);
        Assert.Equal("cost.EUR > 1 or cost.tokens > 1000 or cost.EUR > 2", condition.ToString());
        Assert.Equal([Unit.Usd], Condition.Read("cost > 1").CostUnits);
        Assert.Empty(Condition.Read("tool == \"x\"").CostUnits);
    }

    [Theory]
    [InlineData("toool == \"refund\"", "column 1: found toool, which names nothing of a request; did you mean tool?")]
    [InlineData(
        "tool == refund",
        "column 9: found refund, which names nothing of a request; there are cost, parameters, data, tool, environment, operation, provider, model, region, true, false, and a text stands in quotes: \"refund\"")]
    [InlineData("cost > 1 AND cost < 2", "column 10: found AND, where and, or, or the end is meant; did you mean and?")]
    [InlineData("cost > 1 && cost < 2", "column 10: found &&, where and is meant")]
    [InlineData("cost = 1", "column 6: found =, where == is meant")]
    [InlineData("!parameters.urgent", "column 1: found !, where not is meant")]
    [InlineData("cost", "column 5: found the end, where a comparison of cost, a number, is meant: == != < <= > >= or in")]
    [InlineData("cost >", "column 7: found the end, where a name such as cost, tool or parameters.refundAmount, or a value is meant")]
    [InlineData("tool > \"a\"", "column 6: found >, but a text has no order; where == or != is meant")]
    [InlineData("tool == 5", "column 6: found ==, between tool, a text, and 5, a number; where two of a kind are meant")]
    [InlineData("cost.dollars.a > 5", "column 13: found ., where a comparison of cost, a number, is meant: == != < <= > >= or in")]
    [InlineData("cost.Usd > 5", "column 6: found Usd, where a unit is meant, as in cost.EUR or cost.tokens: an ISO 4217 code or the name of a unit")]
    [InlineData("parameters > 5", "column 12: found >, where . is meant and the parameter's name, as in parameters.refundAmount")]
    [InlineData("data == \"pii\"", "column 6: found ==, but data is a set of texts; ask it with in, as in \"pii\" in data")]
    [InlineData("tool in data", "column 1: found tool, where a text in quotes is meant, as in \"pii\" in data")]
    [InlineData("tool not in [\"a\"]", "column 6: found not, where a comparison is meant; write not (tool in …)")]
    [InlineData("tool in [\"a\", 5]", "column 15: found 5, a number, in a list that begins with a text; where one kind is meant")]
    [InlineData("cost in []", "column 10: found ], where a name such as cost, tool or parameters.refundAmount, or a value is meant")]
    [InlineData("1 == 1", "column 3: found ==, between two values that are always the same; name something of the request, such as cost or tool")]
    [InlineData("1 < cost < 2", "column 10: found <, a second comparison in a row; join two with and")]
    [InlineData("(cost > 1", "column 10: found the end, where ) is meant, which closes the ( of column 1")]
    [InlineData("(cost) > 1", "column 6: found ), where a comparison of cost, a number, is meant: == != < <= > >= or in")]
    [InlineData("tool == \"refund", "column 9: found \"refund, a text without its closing \"")]
    [InlineData("cost > 1e9", "column 8: found 1e9, where a plain decimal number such as 200 or 0.5 is meant; a text stands in quotes")]
    [InlineData("cost > 12345678901234567890123456789", "column 8: found 12345678901234567890123456789, a number of 29 digits; at most 28 are taken")]
    public void Read_NotACondition_SaysWhereAndWhatIsMeant(string condition, string message)
    {
        var error = Assert.Throws<InvalidRequestException>(() => Condition.Read(condition));
        Assert.Equal(("approvalWhen", $"approvalWhen: {message}"), (error.Field, error.Message));
    }

    [Fact]
    public void ReadNew_TooLongDeepOrBig_IsRefusedAndStillRead()
    {
        string Nested(int depth) => $"{new string('(', depth)}cost > 1{new string(')', depth)}";
        string Joined(int count) => string.Join(" or ", Enumerable.Repeat("cost > 1", count));

        Assert.Equal(16, Condition.ReadNew(Nested(16)).Depth);
        Assert.Equal(64, Condition.ReadNew($"{Joined(20)} or not parameters.b").Nodes);
        foreach (var (text, message) in new[]
        {
            (Nested(17), "nests parentheses and not 17 deep; at most 16 are taken"),
            ($"{Joined(21)} or true", "has 65 names, values, comparisons and connectives; at most 64 are taken"),
            ($"cost > 1{new string(' ', 1_017)}", "has 1025 characters; at most 1024 are taken"),
        })
        {
            Assert.Equal($"approvalWhen: {message}", Assert.Throws<InvalidRequestException>(() => Condition.ReadNew(text)).Message);
            Assert.Equal(text, Condition.Read(text).Text);
        }
    }

    [Fact]
    public void Read_NestedWithoutEnd_IsRefusedBeforeTheStackIs() =>
        Assert.Equal(
            "approvalWhen: column 66: found (, nested more than 64 deep",
            Assert.Throws<InvalidRequestException>(() => Condition.Read(new string('(', 100_000))).Message);

    private static bool Holds(string condition, WorkloadRequest request) => Condition.Read(condition).Holds(new ConditionInput(
        request, unit => unit == Unit.Usd || unit == Eur ? Quantity.Parse("0.5") : null));

    private static WorkloadRequest Refund(int amount) => DelegationBook.Ask("worker", "tool") with
    {
        Tool = "refund",
        DataClassifications = ["pii"],
        Parameters = ImmutableSortedDictionary<string, ParameterValue>.Empty
            .Add("refundAmount", ParameterValue.Of(amount)).Add("customer name", ParameterValue.Of("it's")),
    };
}
