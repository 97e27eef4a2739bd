using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Authority.Conditions;

public sealed class ConditionTests
{
    [Theory]
    [InlineData("tool == \"refund\" and parameters.refundAmount > 200", 250, true)]
    [InlineData("tool == \"refund\" and parameters.refundAmount > 200", 200, false)]
    [InlineData("tool == 'pay' or \"pii\" in data", 1, true)]
    [InlineData("not (tool in [\"refund\", 'pay']) or cost.EUR >= 0.51", 1, false)]
    public void Holds_OfARequest_IsWhatTheConditionSays(string condition, int amount, bool holds) =>
        Assert.Equal(holds, Condition.Read(condition).Holds(new ConditionInput(Refund(amount), _ => Quantity.Parse("0.5"))));

    private static WorkloadRequest Refund(int amount) => DelegationBook.Ask("worker", "tool") with
    {
        Tool = "refund",
        DataClassifications = ["pii"],
        Parameters = System.Collections.Immutable.ImmutableSortedDictionary<string, ParameterValue>.Empty.Add("refundAmount", ParameterValue.Of(amount)),
    };
}
