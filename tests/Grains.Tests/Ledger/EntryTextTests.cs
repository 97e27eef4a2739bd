using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Ledger;

public sealed class EntryTextTests
{
    private static readonly Ledger.StreamId Research = new("b/acme/research");
    private static readonly WorkloadId Id = WorkloadId.Parse("0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d90");
    private static readonly DateTimeOffset At = DateTimeOffset.Parse("2026-11-23T08:00:00.000001Z", CultureInfo.InvariantCulture);

    private static readonly WorkloadReleased Released = new(
        Id, ScopePath.Parse("nlp/bot"), At, Quantity.Parse("0.50"), ReleaseCause.Requested, "gab's auf: \"größer\" \\ 😀 <&>");

    [Fact]
    public void Compose_AnEvent_IsThisTextToTheByte()
    {
        var entry = EntryText.Compose(Research, LedgerHead.Empty, Released, At);

        const string Text = """
            {"v":1,"stream":"b/acme/research","seq":1,"kind":"workload.released","at":"2026-11-23T08:00:00.000001Z","workload":"0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d90","data":{"scope":"nlp/bot","reservedAt":"2026-11-23T08:00:00.000001Z","amount":"0.5","cause":"requested","reason":"gab's auf: \"größer\" \\ 😀 <&>"}}
            """;
        Assert.Equal(Text.Replace("😀", "\\uD83D\\uDE00", StringComparison.Ordinal), Encoding.UTF8.GetString(entry.Text.Span).Replace("😀", "\\uD83D\\uDE00", StringComparison.Ordinal));
        Assert.Equal((1, "workload.released", Id, At), (entry.Seq, entry.Kind, entry.Workload, entry.At));
        Assert.Equal(EntryHash.None, entry.Previous);
    }

    [Fact]
    public void Compose_AfterAHead_LinksToItsHash()
    {
        var first = EntryText.Compose(Research, LedgerHead.Empty, Released, At);
        var second = EntryText.Compose(Research, first.Head, new BudgetArchived(Principal.Parse("user:maria")), At);

        Assert.Equal(SHA256.HashData([.. new byte[32], .. first.Text.ToArray()]), first.Hash.ToArray());
        Assert.Equal(SHA256.HashData([.. first.Hash.ToArray(), .. second.Text.ToArray()]), second.Hash.ToArray());
        Assert.Equal((2, first.Hash, null, 0), (second.Seq, second.Previous, second.Workload, second.Slot));
        Assert.Equal(
            """{"v":1,"stream":"b/acme/research","seq":2,"kind":"budget.archived","at":"2026-11-23T08:00:00.000001Z","data":{"by":"user:maria"}}""",
            Encoding.UTF8.GetString(second.Text.Span));
    }

    [Fact]
    public void Compose_SlotFollowsTheRole()
    {
        var abandoned = EntryText.Compose(Research, LedgerHead.Empty, new WorkloadAbandoned(Id, "late"), At);
        var held = EntryText.Compose(Research, LedgerHead.Empty, Held(), At);
        var released = EntryText.Compose(Research, LedgerHead.Empty, Released, At);

        Assert.Equal(LedgerSlot.Decision, abandoned.Slot);
        Assert.Equal(LedgerSlot.Hold(Research), held.Slot);
        Assert.Equal(released.Hash.Slot, released.Slot);
        Assert.NotEqual(LedgerSlot.Decision, held.Slot);
    }

    [Fact]
    public void Read_WhatWasComposed_IsTheSameEvent()
    {
        foreach (var content in (LedgerEvent[])
            [Released, Held(), new WorkloadAbandoned(Id, "late"), new WorkloadExtended(Id, At), new BudgetArchived(Principal.Parse("agent:planner")),
             new WorkloadReconciled(
                 Id, ScopePath.Root, At, WorkloadState.Unresolved, Quantity.One, Quantity.Parse("0.000000000001"),
                 new Reconciliation(new TokenUsage(10, 5, 3), Outcome.Failed, 812, "gpt-4o-2024-11-20"), "2026-11-01", true, "ACCOUNTING_INVARIANT_VIOLATION"),
             new WorkloadUnresolved(Id, ScopePath.Root, At, WorkloadState.Open, Quantity.One, "expired", null, null)])
            Assert.Equal(content, EntryText.Read(EntryText.Compose(Research, LedgerHead.Empty, content, At)));
    }

    [Fact]
    public void Read_EntryOfALaterBuildWithMoreMembers_IsRead()
    {
        var entry = EntryText.Compose(Research, LedgerHead.Empty, Released, At);
        var text = Encoding.UTF8.GetString(entry.Text.Span).Replace("\"cause\"", "\"later\":{\"x\":[1]},\"cause\"", StringComparison.Ordinal);

        Assert.Equal(Released, EntryText.Read(entry with { Text = Encoding.UTF8.GetBytes(text) }));
    }

    [Theory]
    [InlineData("workload.teleported", "{}")]
    [InlineData("workload.released", "")]
    [InlineData("workload.released", "{}")]
    [InlineData("workload.released", "[]")]
    [InlineData("workload.released", """{"data":{}}""")]
    [InlineData("workload.released", """{"data":{"scope":"","reservedAt":"2026-11-23T08:00:00Z","amount":0.5,"cause":"requested","reason":"x"}}""")]
    [InlineData("workload.released", """{"data":{"scope":"","reservedAt":"2026-11-23T08:00:00Z","amount":"0.5","cause":0,"reason":"x"}}""")]
    [InlineData("workload.released", """{"data":{"scope":"","reservedAt":"2026-11-23T08:00:00Z","amount":"0.5","cause":"requested"}}""")]
    public void Read_UnknownKindOrBrokenText_IsInvalidData(string kind, string text)
    {
        var entry = EntryText.Compose(Research, LedgerHead.Empty, Released, At) with { Kind = kind, Text = Encoding.UTF8.GetBytes(text) };

        Assert.StartsWith("b/acme/research #1: ", Assert.Throws<InvalidDataException>(() => EntryText.Read(entry)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Truncate_AnyInstant_IsWholeMicrosecondsInUtc()
    {
        var instant = new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.FromHours(1)).AddTicks(19);

        Assert.Equal(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero).AddTicks(10), EntryText.Truncate(instant));
        Assert.Equal(TimeSpan.Zero, EntryText.Truncate(instant).Offset);
    }

    private static WorkloadHeld Held() => new(
        Id, AgentId.Parse("support-bot"), ContentHash.Of("x"), BudgetRoot.Parse("usd"), ScopePath.Root, Quantity.One, null, At, null);
}
