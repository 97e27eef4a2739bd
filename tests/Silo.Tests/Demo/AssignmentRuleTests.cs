using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Silo.Demo;
using GenOps.ControlPlane.Silo.Demo.Organisations;
using GenOps.ControlPlane.Silo.Demo.Traces;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Tests.Demo;

public sealed class AssignmentRuleTests
{
    [Theory]
    [InlineData(1, "ticket-triage", "support", "openai", "gpt-4o", 1_024, "Reconciled")]
    [InlineData(27, "doc-writer", "platform", "openai", "gpt-4.1", 64, "Reconciled")]
    [InlineData(100, "ticket-triage", "support", "openai", "gpt-4o", 1_024, "Reconciled")]
    [InlineData(997, "market-brief", "sales", "openai", "gpt-4.1", 1_024, "Released")]
    [InlineData(1_499, "incident-bot", "platform", "google", "gemini-2.5-flash", 1_024, "Unresolved")]
    [InlineData(1_999, "incident-bot", "platform", "groq", "llama-3.3-70b-versatile", 1_024, "Late")]
    public void Assign_Row_DecidesEverything(
        int row, string agent, string team, string provider, string model, long outputTokensMax, string ending)
    {
        var call = AssignmentRule.Assign(new TraceCall(row, 5, 6));
        Assert.Equal(
            (agent, team, provider, model, outputTokensMax, ending),
            (call.Agent.Value, call.Attribution.Team, call.Provider, call.Model, call.OutputTokensMax, call.Ending.ToString()));
    }

    [Fact]
    public void Assign_ShippedTrace_IsWhatTheDocumentSays()
    {
        var calls = TraceReader.ReadFile(new DemoOptions().TracePath, new TraceLimits()).Select(AssignmentRule.Assign).ToList();
        Assert.Equal(20, calls.Select(call => call.Agent).Distinct().Count());
        Assert.Equal(8, calls.Select(call => call.Model).Distinct().Count());
        Assert.Equal(5, calls.Select(call => call.Provider).Distinct().Count());
        Assert.Equal(2_323, calls.Count(call => call.Agent.Value == "ticket-triage"));
        Assert.Equal(717, calls.Count(call => call.OutputTokensMax == AssignmentRule.ShortOutputTokensMax));
        Assert.Equal(19, calls.Count(call => call.Ending == CallEnding.Released));
        Assert.Equal(12, calls.Count(call => call.Ending == CallEnding.Unresolved));
        Assert.Equal(9, calls.Count(call => call.Ending == CallEnding.Late));

        // Every agent makes short calls, and uses every model: the tables don't beat in time with one another.
        Assert.Equal(20, calls.Where(call => call.OutputTokensMax == AssignmentRule.ShortOutputTokensMax).Select(call => call.Agent).Distinct().Count());
        Assert.All(calls.GroupBy(call => call.Agent), agent => Assert.Equal(8, agent.Select(call => call.Model).Distinct().Count()));
    }

    [Fact]
    public void Models_AtAnyHour_HaveOnePriceInUsd()
    {
        var usage = new TokenUsage(1_000, 500);
        var midnight = new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);
        foreach (var (provider, model) in AssignmentRule.Models)
        {
            var prices = Enumerable.Range(0, 24)
                .Select(hour => Assert.IsType<Priced>(PriceBook.Default.Quote(provider, model, usage, midnight.AddHours(hour))))
                .Select(priced => priced.Total.ToString())
                .Distinct();
            Assert.Single(prices);
        }
    }

    [Fact]
    public void Agents_AllOfThem_AreInTheShippedOrganisation()
    {
        var organisation = OrganisationReader.ReadFolder(new DemoOptions().OrganisationDirectory);
        Assert.Equal(
            organisation.Agents.Keys.Select(agent => agent.Value).Where(agent => !agent.EndsWith("-planner", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            AssignmentRule.Agents.Select(agent => agent.Value).Order(StringComparer.Ordinal));
    }
}
