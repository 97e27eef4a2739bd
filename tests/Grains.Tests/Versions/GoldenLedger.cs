using System.Collections.Immutable;
using System.Globalization;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Throttling;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Versions;

/// <summary>
/// A small tenant's ledger with every kind of entry and every member of each, as this build writes it: the same bytes in
/// every run. A later version adds to it what it adds to the entries, and its file is written anew; the files of earlier
/// versions stay as they are.
/// </summary>
internal sealed class GoldenLedger
{
    public static readonly DateTimeOffset Start = DateTimeOffset.Parse("2026-11-02T10:00:00Z", CultureInfo.InvariantCulture);

    private static readonly Principal Maria = Principal.Parse("user:maria@example.com");
    private static readonly AgentId Planner = AgentId.Parse("planner");
    private static readonly BudgetRoot Usd = BudgetRoot.Parse("usd");
    private static readonly BudgetRoot Zeal = BudgetRoot.Parse("zeal");
    private static readonly DelegationId Grant = DelegationId.Parse("planner-grant");
    private static readonly ScopePath Nlp = ScopePath.Parse("nlp");
    private static readonly ImmutableArray<ScopePath> OfCustomer = [ScopePath.Parse("nlp/customerId=c-17")];
    private static readonly ExchangeRate Rate = new(Unit.Parse("EUR"), Unit.Usd, Quantity.Parse("1.0825"), "ecb");
    private static readonly ContentHash Hash = ContentHash.Of("golden");
    private static readonly Operation Answer = new("answer ticket", "inference");
    private static readonly Attribution Whom = new("support", "helpdesk", "production", "c-17", "chat", "s-1", "cc-9");

    private readonly List<LedgerEntry> _entries = [];
    private readonly Dictionary<StreamId, LedgerHead> _heads = [];

    private GoldenLedger()
    {
        WriteTenant();
        WriteAgent();
        WriteBudget();
        WriteHolds();
        WriteApprovals();
        WriteSpendTree();
        WriteWeeks();
    }

    /// <summary>The entries in the order in which they are written.</summary>
    public static ImmutableArray<LedgerEntry> Entries { get; } = [.. new GoldenLedger()._entries];

    /// <summary>The id of the <paramref name="number"/>th workload.</summary>
    public static WorkloadId Id(int number) => WorkloadId.Parse($"019a43c5-4a00-7000-8000-{number:x12}");

    private DateTimeOffset Now => Start.AddMinutes(_entries.Count);

    private static WorkloadRequest Request(int number) => new(
        Planner, Answer, Whom, Id(number), "openai", "gpt-4o", "eu-west", "search", ["public", "internal"],
        ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, new Dictionary<string, ParameterValue>
        {
            ["amount"] = ParameterValue.Of(12.5m),
            ["urgent"] = ParameterValue.Of(true),
            ["queue"] = ParameterValue.Of("tier-1"),
        }),
        Estimate.OfTokens(1_000, 500), 300, new ServiceLevel("gold", 900), new ApprovalId(Id(900)).ToString(), new Epoch(3),
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

    private static Decision Allowed(int number, string amount, DateTimeOffset expiresAt, DecisionWarning? warning = null) => new(
        Id(number), warning is null ? DecisionResult.Allowed : DecisionResult.Warning, warning?.Code, warning?.Reason, warning?.DeterminedBy,
        [new Reservation(Usd, Nlp, Quantity.Parse(amount), Unit.Usd, Quantity.Parse("20"), new ReservationEstimate(Quantity.Parse("15"), "openai/gpt-4o", Quantity.Parse("0.8"), 40))],
        expiresAt, new Epoch(7), new ApprovalId(Id(900)).ToString(), null, [Grant]);

    private static Decision Blocked(int number, string code, DecisionResult result = DecisionResult.Blocked, long? retryAfterMs = null) => new(
        Id(number), result, code, "it does not fit", "usd/nlp", [], null, new Epoch(7), RetryAfterMs: retryAfterMs);

    private static Reconciliation Report(Outcome outcome = Outcome.Succeeded) => new(
        new TokenUsage(1_000, 400, 100, 50, 20, 10, 5), outcome, 812, "gpt-4o-2024-11-20", [new Amount(Quantity.Parse("12"), Unit.Usd)]);

    private static UsageReport Usage(UsageReason why) => new(
        Planner, Answer, Whom, why, null, "openai", "gpt-4o", new TokenUsage(10, 5), [new Amount(Quantity.Parse("3"), Unit.Usd)], Start.AddMinutes(-30),
        "eu-west", "search", ["public"], ImmutableSortedDictionary<string, ParameterValue>.Empty.Add("queue", ParameterValue.Of("tier-2")),
        new ServiceLevel("gold", 900), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

    private void WriteTenant()
    {
        const string Stream = "t/acme";
        Write(Stream, new TenantDefined(new TenantDefinition("Acme Corp.", AuthorityMode.Observe), Maria));
        Write(Stream, new TenantDefined(new TenantDefinition("Acme", AuthorityMode.Required), Maria));
        foreach (var role in Enum.GetValues<Role>())
        {
            Write(Stream, new KeyIssued(
                $"k{(int)role}", new string((char)('a' + (int)role), 64),
                new KeyRequest(role, role == Role.Service ? Principal.Of(Planner) : Maria, ["finance"], role == Role.Service ? Planner : null, Start.AddDays(30)), Maria));
        }

        Write(Stream, new KeyRevoked("k1", Maria));
        Write(Stream, new PricesDefined(
            [new ModelPrice("house-model", Quantity.Parse("2"), Quantity.Parse("8"), Unit.Usd, "house", Quantity.Parse("0.5"), Quantity.Parse("2.5"), Quantity.Parse("0.01"))],
            "prices-1", Maria));
        Write(Stream, new RatesDefined([Rate], Maria));
        Write(Stream, new TenantSuspended("incident 7", Maria));
        Write(Stream, new TenantResumed("incident 7 is over", Maria));
        Write("t/closed", new TenantDefined(new TenantDefinition(), Maria));
        Write("t/closed", new TenantClosed(Maria));
    }

    private void WriteAgent()
    {
        const string Stream = "a/acme/planner";
        Write(Stream, new AgentDefined(
            new AgentDefinition([new BudgetBinding(Usd, Nlp), new BudgetBinding(Zeal)], new AgentLimits(5, 60, 100_000, true)), Maria));
        var definition = new DelegationDefinition(
            Maria, Principal.Of(Planner), DelegationId.Parse("root-grant"),
            new Capabilities(["inference"], ["search"], ["openai"], ["gpt-4o*"], ["eu-west"], ["public", "internal"]),
            new DelegationLimits(new Amount(Quantity.Parse("20"), Unit.Usd), new SpendLimit(Quantity.Parse("50"), Unit.Usd, BudgetPeriod.Day), 3, 30, 50_000, 2),
            Start, Start.AddDays(90), "cost > 10", "finance");
        Write(Stream, new DelegationGranted(Grant, definition, Maria));
        Write(Stream, new DelegationChanged(Grant, definition with { ApprovalWhen = "cost > 15" }, Maria));
        Write(Stream, new DelegationGranted(DelegationId.Parse("old-grant"), definition, Maria));
        Write(Stream, new DelegationRevoked(DelegationId.Parse("old-grant"), "no longer needed", Maria));
        Write(Stream, new WorkloadRefused(
            Id(1), Request(1), Hash,
            Blocked(1, ReasonCodes.ApprovalRequired) with { Approval = new ApprovalId(Id(900)).ToString(), ExpiresAt = Start.AddDays(1), Chain = [Grant] }));
        Write(Stream, new WorkloadRefused(Id(2), Request(2), Hash, Blocked(2, ReasonCodes.RateLimited, DecisionResult.RateLimited, 1_500)));
        Write(Stream, new WorkloadsRateLimited(42, ReasonCodes.RateLimited, "agent planner", Start, Start.AddSeconds(10), Id(3).ToString()));
        Write(Stream, new AgentSuspended("incident 7", Maria));
        Write("a/acme/helper", new AgentDefined(new AgentDefinition(), Maria));
        Write("a/acme/helper", new AgentSuspended("incident 7", Maria));
        Write("a/acme/helper", new AgentResumed("incident 7 is over", Maria));
        Write("a/acme/gone", new AgentDefined(new AgentDefinition(), Maria));
        Write("a/acme/gone", new AgentClosed(Maria));
    }

    private void WriteBudget()
    {
        const string Stream = "b/acme/usd";
        Write(Stream, new BudgetDefined(
            new BudgetDefinition(
                Unit.Usd,
                [new BudgetLimit(Quantity.Parse("1000"), BudgetPeriod.Month), new BudgetLimit(Quantity.Parse("200"), BudgetPeriod.Day)],
                TimeZone: "Europe/Berlin", OnExpiry: ExpiryAction.Keep, DefaultPrice: new DefaultPrice(Quantity.Parse("1"), Quantity.Parse("4"), Unit.Usd),
                Children: ImmutableSortedDictionary<string, BudgetScopeDefinition>.Empty.Add("nlp", new BudgetScopeDefinition(
                    Limit: Quantity.Parse("400"), Period: BudgetPeriod.Month,
                    Children: ImmutableSortedDictionary<string, BudgetScopeDefinition>.Empty.Add("bot", new BudgetScopeDefinition([new BudgetLimit(Quantity.Parse("90"), BudgetPeriod.Hour)])),
                    PerValue: ImmutableSortedDictionary<string, PerValueDefinition>.Empty.Add("customerId", new PerValueDefinition(Limit: Quantity.Parse("100"), Period: BudgetPeriod.Month, Optional: true)))),
                WeekStart: WeekDay.Sunday, FiscalYearStart: 4, WarnAt: 80, Alerts: [50, 90], Mode: BudgetMode.Enforce, Estimate: EstimateBasis.P95, MaxScopes: 500),
            Maria));
        Write(Stream, new BudgetAdjusted("credit-1", ScopePath.Root, Quantity.Parse("25"), null, null, "refund", Maria));
        Write(Stream, new BudgetAdjusted("raise-1", Nlp, Quantity.Parse("30"), Start.AddDays(10), BudgetPeriod.Month, "campaign", Maria));

        var reservedAt = Admit(10, "10");
        Write(Stream, new WorkloadExtended(Id(10), Start.AddHours(3)));
        Write(Stream, new WorkloadReconciled(
            Id(10), Nlp, reservedAt, WorkloadState.Open, Quantity.Parse("10"), Quantity.Parse("12"), Report(), "2026-11-01", true, null, OfCustomer, Quantity.Parse("2"), Rate));

        reservedAt = Admit(11, "5");
        Write(Stream, new WorkloadUnresolved(Id(11), Nlp, reservedAt, WorkloadState.Open, Quantity.Parse("5"), WorkloadUnresolved.Expired, null, null, OfCustomer));
        Write(Stream, new WorkloadReconciled(
            Id(11), Nlp, reservedAt, WorkloadState.Unresolved, Quantity.Parse("5"), Quantity.Parse("4"), Report(Outcome.Failed), null, false, null, OfCustomer));

        reservedAt = Admit(12, "6");
        Write(Stream, new WorkloadReleased(Id(12), Nlp, reservedAt, Quantity.Parse("6"), ReleaseCause.Requested, "gab's auf: \"größer\" \\ 😀 <&>", null, OfCustomer));
        Write(Stream, new WorkloadReconciled(
            Id(12), Nlp, reservedAt, WorkloadState.Released, Quantity.Parse("6"), Quantity.Parse("1.5"), Report(), "2026-11-01", false, ReasonCodes.AccountingInvariantViolation, OfCustomer));

        reservedAt = Admit(13, "7");
        Write(Stream, new WorkloadWithdrawn(Id(13), Nlp, reservedAt, Quantity.Parse("7"), Blocked(13, ReasonCodes.AuthorityRevoked)));

        reservedAt = Admit(14, "8");
        Write(Stream, new WorkloadUnresolved(
            Id(14), Nlp, reservedAt, WorkloadState.Open, Quantity.Parse("8"), "no figures", Report(Outcome.Unknown), ReasonCodes.AccountingInvariantViolation, OfCustomer));
        Write(Stream, new WorkloadReleased(
            Id(14), Nlp, reservedAt, Quantity.Parse("8"), ReleaseCause.WrittenOff, "nobody will ever know", WorkloadState.Unresolved, OfCustomer, Maria));
        Write(Stream, new BudgetWrittenOff("write-off-1", Hash, 1, Quantity.Parse("8"), "nobody will ever know", Maria));

        reservedAt = Admit(15, "9");
        Write(Stream, new WorkloadReleased(Id(15), Nlp, reservedAt, Quantity.Parse("9"), ReleaseCause.Expired, "its time was up", null, OfCustomer));

        Write(Stream, new WorkloadRefused(Id(16), Request(16), Hash, Blocked(16, ReasonCodes.BudgetExceeded)));
        Write(Stream, new WorkloadAbandoned(Id(17), "given up"));
        Write(Stream, new UsageRecorded(
            Id(18), Usage(UsageReason.External), Hash, Nlp, Quantity.Parse("3"), null,
            [new Settlement(Usd, Nlp, Unit.Usd, Quantity.Zero, Quantity.Parse("3"), Quantity.Parse("3"), WorkloadState.Reconciled, ReasonCodes.AccountingInvariantViolation, true, "2026-11-01", Rate)],
            "2026-11-01", OfCustomer, Start.AddMinutes(-30), Rate));
        Write(Stream, new UsageRecorded(Id(19), Usage(UsageReason.Ungoverned), Hash, Nlp, Quantity.Parse("2"), Zeal, null, null));

        Admit(20, "11", new DecisionWarning(ReasonCodes.BudgetThreshold, "more than 80% is used", "usd/nlp"));
        reservedAt = Admit(21, "13");
        Write(Stream, new WorkloadUnresolved(Id(21), Nlp, reservedAt, WorkloadState.Open, Quantity.Parse("13"), WorkloadUnresolved.Expired, null, null, OfCustomer));
        Write(Stream, new BudgetAlerted(Nlp, BudgetPeriod.Month, DateTimeOffset.Parse("2026-10-31T23:00:00Z", CultureInfo.InvariantCulture), 50, Quantity.Parse("210"), Quantity.Parse("430")));
        Write(Stream, new BudgetFrozen(Nlp, "incident 7", Maria, "freeze-1"));
        Write(Stream, new BudgetUnfrozen(Nlp, "incident 7 is over", Maria, "unfreeze-1"));
        Write(Stream, new BudgetFrozen(ScopePath.Parse("nlp/bot"), "incident 8", Maria));
        Write("b/acme/closed", new BudgetDefined(
            new BudgetDefinition(Unit.Usd, Limit: Quantity.Parse("10"), Period: BudgetPeriod.Year, OnExpiry: ExpiryAction.Release, Mode: BudgetMode.Observe, Estimate: EstimateBasis.Max,
                PerValue: ImmutableSortedDictionary<string, PerValueDefinition>.Empty.Add("feature", new PerValueDefinition([new BudgetLimit(Quantity.Parse("5"), BudgetPeriod.Quarter)]))),
            Maria));
        Write("b/acme/closed", new BudgetArchived(Maria));
    }

    private DateTimeOffset Admit(int number, string amount, DecisionWarning? warning = null, ApprovalId? approval = null)
    {
        var at = Now;
        Write("b/acme/usd", new WorkloadReserved(
            Id(number), Request(number), Hash, Nlp, Quantity.Parse(amount), at.AddHours(1), Allowed(number, amount, at.AddHours(1), warning), "2026-11-01",
            OfCustomer, Quantity.Parse("15"), Rate, approval));
        return at;
    }

    private void WriteHolds()
    {
        const string Stream = "b/acme/usd";
        var approved = new ApprovalId(Id(900));
        var heldAt = Now;
        Write(Stream, Held(30, "4", null));
        Write(Stream, new WorkloadReleased(Id(30), Nlp, heldAt, Quantity.Parse("4"), ReleaseCause.Refused, "another budget refused", null, OfCustomer));
        Write(Stream, Held(31, "3.25", null));

        Write(Stream, Waiting(900, "17"));
        Admit(32, "17", approval: approved);
        heldAt = Now;
        Write(Stream, Waiting(901, "19"));
        Write(Stream, new ApprovalReleased(Id(901), Nlp, heldAt, Quantity.Parse("19"), ReleaseCause.Denied, "no", OfCustomer));

        // What is withdrawn or released goes back to the approval that it was admitted on.
        Write(Stream, Waiting(902, "21"));
        heldAt = Admit(33, "21", approval: new ApprovalId(Id(902)));
        Write(Stream, new WorkloadWithdrawn(Id(33), Nlp, heldAt, Quantity.Parse("21"), Blocked(33, ReasonCodes.AuthorityRevoked), new ApprovalId(Id(902))));
        Write(Stream, Waiting(903, "23"));
        heldAt = Now;
        Write(Stream, Held(34, "23", new ApprovalId(Id(903))));
        Write(Stream, new WorkloadReleased(
            Id(34), Nlp, heldAt, Quantity.Parse("23"), ReleaseCause.Refused, "another budget refused", null, OfCustomer, null, new ApprovalId(Id(903))));
    }

    private WorkloadHeld Held(int number, string amount, ApprovalId? approval) => new(
        Id(number), Planner, Hash, Zeal, Nlp, Quantity.Parse(amount), Quantity.Parse("300"), Now.AddHours(1), "2026-11-01", OfCustomer, Quantity.Parse("30"), Rate,
        new SpendAttributes("openai", "gpt-4o", "c-17", "chat"), new ReservationEstimate(Quantity.Parse("30"), null, Quantity.Parse("0.5"), 12),
        new DecisionWarning(ReasonCodes.BudgetThreshold, "more than 80% is used", "usd"), Grant, approval);

    private ApprovalHeld Waiting(int number, string amount) => new(
        Id(number), Planner, Hash, Nlp, Quantity.Parse(amount), Quantity.Parse("300"), Now.AddDays(1), "2026-11-01", OfCustomer, Quantity.Parse("30"), Rate,
        new SpendAttributes("openai", null, "c-17", null), new ReservationEstimate(Quantity.Parse("30"), null, Quantity.Parse("0.5"), 12),
        new DecisionWarning(ReasonCodes.BudgetThreshold, "more than 80% is used", "usd"), Grant);

    private void WriteApprovals()
    {
        var stream = $"p/acme/{new ApprovalId(Id(900))}";
        var asked = new ApprovalRequest(
            Id(1), Request(1), Hash, Grant, "cost > 10", ["finance", "security"], Principal.Of(Planner), Start, Start.AddDays(1),
            [new Reservation(Usd, Nlp, Quantity.Parse("17"), Unit.Usd, null)]);
        Write(stream, new ApprovalRequested(Id(1), Planner, asked));
        Write(stream, new ApprovalJoined(Id(1), Planner, Principal.Parse("user:tom@example.com")));
        Write(stream, new ApprovalApproved(Id(1), Planner, "go ahead", Maria));
        Write(stream, new ApprovalUsed(Id(1), Planner, Id(32)));
        stream = $"p/acme/{new ApprovalId(Id(901))}";
        Write(stream, new ApprovalRequested(Id(2), Planner, asked with { Workload = Id(2) }));
        Write(stream, new ApprovalDenied(Id(2), Planner, "no", Maria));
    }

    private void WriteSpendTree()
    {
        const string Stream = "b/acme/@planner-grant";
        Write(Stream, new BudgetDefined(new BudgetDefinition(Unit.Usd, MaxScopes: 1_000), Principal.ControlPlane));
        Write(Stream, new BudgetLinkLimited(Grant, Quantity.Parse("50"), BudgetPeriod.Day, 2));
    }

    private void WriteWeeks()
    {
        Write("b/acme/periods", new BudgetDefined(
            new BudgetDefinition(Unit.Parse("tokens"), [.. Enum.GetValues<BudgetPeriod>().Select(period => new BudgetLimit(Quantity.Parse("1000000"), period))]), Maria));
        foreach (var day in Enum.GetValues<WeekDay>())
            Write("b/acme/weeks", new BudgetDefined(new BudgetDefinition(Unit.Parse("tokens"), Limit: Quantity.Parse("1000000"), Period: BudgetPeriod.Week, WeekStart: day), Maria));
    }

    private void Write(string stream, LedgerEvent content)
    {
        var id = new StreamId(stream);
        var entry = EntryText.Compose(id, _heads.GetValueOrDefault(id, LedgerHead.Empty), content, Now, "00000000000a.1");
        _heads[id] = entry.Head;
        _entries.Add(entry);
    }
}
