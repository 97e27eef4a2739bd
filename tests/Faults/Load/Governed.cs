using System.Collections.Immutable;
using System.Globalization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Faults;

/// <summary>One workload of the load: what is asked, and what its action turns out to consume.</summary>
internal sealed record Governed(LoadedAgent Agent, WorkloadRequest Request, ImmutableArray<Amount> Actual)
{
    public string Id => Request.Id.ToString()!;

    public Reconciliation Report => new(Actual: Actual);

    /// <summary>What is reported, by budget.</summary>
    public IReadOnlyDictionary<string, decimal> Figures => Agent.Draws.Zip(Actual).ToDictionary(
        pair => pair.First.Root, pair => decimal.Parse(pair.Second.Quantity.ToString(), CultureInfo.InvariantCulture));

    public static Governed New(Organisation organisation, Random random, int ttlSeconds) =>
        New(organisation.Agents[random.Next(organisation.Agents.Count)], random, ttlSeconds);

    public static Governed New(LoadedAgent agent, Random random, int ttlSeconds)
    {
        var request = new WorkloadRequest(
            agent.Id, new Operation("answer", "inference"),
            new Attribution("support", "helpdesk", "test", CustomerId: agent.HasCustomer ? Organisation.Customer(random) : null),
            WorkloadId.New(TimeProvider.System.GetUtcNow()), TtlSeconds: ttlSeconds,
            Estimate: new Estimate(Amounts: [.. agent.Draws.Select(draw => Sum(draw.Unit, random))]));
        return new Governed(agent, request, [.. agent.Draws.Select(draw => Sum(draw.Unit, random))]);
    }

    // Mostly less than was held, sometimes more.
    private static Amount Sum(Unit unit, Random random) => unit == Unit.Usd
        ? new Amount(Quantity.Parse((random.Next(10, 150) / 100m).ToString(CultureInfo.InvariantCulture)), Unit.Usd)
        : new Amount(Quantity.FromUnits(random.Next(10, 200)), unit);
}
