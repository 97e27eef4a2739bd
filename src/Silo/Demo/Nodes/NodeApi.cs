using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Demo.Organisations;
using GenOps.ControlPlane.Silo.Http;

namespace GenOps.ControlPlane.Silo.Demo.Nodes;

/// <summary>A node's HTTP API, as far as the demo needs it, for one tenant. Anybody with a key could do the same.</summary>
internal sealed class NodeApi : IDisposable
{
    private const int PageMax = 1_000;

    /// <summary>Answers of a later node may carry more.</summary>
    private static readonly JsonSerializerOptions AnswerOptions = new(GenOpsJson.Http)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    };

    private readonly HttpClient _http;
    private readonly string _tenant;

    /// <summary>The API for a tenant.</summary>
    /// <param name="url">Where the node is.</param>
    /// <param name="key">A key that may do all of this.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="timeout">How long a request may take.</param>
    public NodeApi(Uri url, string key, TenantId tenant, TimeSpan timeout)
    {
        _http = new HttpClient { BaseAddress = url, Timeout = timeout };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        _tenant = $"/v1/tenants/{tenant}";
    }

    /// <summary>Makes the tenant, its budgets, its agents, and what they may do.</summary>
    public async Task ApplyAsync(Organisation organisation, CancellationToken cancellationToken)
    {
        await SendAsync<JsonElement>(HttpMethod.Put, _tenant, organisation.Definition, cancellationToken);
        foreach (var (root, budget) in organisation.Budgets)
            await SendAsync<JsonElement>(HttpMethod.Put, $"{_tenant}/budgets/{root}", budget, cancellationToken);
        foreach (var (agent, definition) in organisation.Agents)
            await SendAsync<JsonElement>(HttpMethod.Put, $"{_tenant}/agents/{agent}", definition, cancellationToken);
        foreach (var (delegation, definition) in organisation.Delegations.All)
            await SendAsync<JsonElement>(HttpMethod.Put, $"{_tenant}/delegations/{delegation}", definition, cancellationToken);
    }

    /// <summary>A new key.</summary>
    public async Task<string> CreateKeyAsync(KeyRequest request, CancellationToken cancellationToken) =>
        (await SendAsync<KeyCreated>(HttpMethod.Post, $"{_tenant}/keys", request, cancellationToken)).Key;

    /// <summary>Suspends an agent: true everywhere when this returns.</summary>
    public Task SuspendAsync(AgentId agent, string reason, CancellationToken cancellationToken) =>
        SendAsync<JsonElement>(HttpMethod.Post, $"{_tenant}/agents/{agent}/suspend", new { reason }, cancellationToken);

    /// <summary>What the revocation of a delegation would cut off.</summary>
    public Task<CutOff> PreviewRevocationAsync(DelegationId delegation, CancellationToken cancellationToken) =>
        SendAsync<CutOff>(HttpMethod.Post, $"{_tenant}/delegations/{delegation}/revoke?dryRun=true", null, cancellationToken);

    /// <summary>Revokes a delegation: true everywhere when this returns.</summary>
    public Task<AuthorityChange> RevokeAsync(DelegationId delegation, string reason, CancellationToken cancellationToken) =>
        SendAsync<AuthorityChange>(HttpMethod.Post, $"{_tenant}/delegations/{delegation}/revoke", new { reason }, cancellationToken);

    /// <summary>Approves an action, as the person whose key this is.</summary>
    public Task<ApprovalView> ApproveAsync(ApprovalId approval, string reason, CancellationToken cancellationToken) =>
        SendAsync<ApprovalView>(HttpMethod.Post, $"{_tenant}/approvals/{approval}/approve", new { reason }, cancellationToken);

    /// <summary>The trees that count what is spent on delegations; there is one as soon as something was asked for on it.</summary>
    public async Task<ImmutableArray<BudgetRoot>> ListSpendTreesAsync(CancellationToken cancellationToken)
    {
        var roots = ImmutableArray.CreateBuilder<BudgetRoot>();
        string? after = null;
        do
        {
            var path = $"{_tenant}/budgets?delegations=true&limit={PageMax}{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}";
            var page = await SendAsync<Page<BudgetView>>(HttpMethod.Get, path, null, cancellationToken);
            roots.AddRange(page.Items.Select(view => view.Root).Where(root => root.IsOfDelegation));
            after = page.Next;
        }
        while (after is not null);
        return roots.ToImmutable();
    }

    /// <summary>Every scope of a budget, each before those below it.</summary>
    public async Task<ImmutableArray<BudgetView>> ReadBudgetAsync(BudgetRoot root, CancellationToken cancellationToken)
    {
        var views = ImmutableArray.CreateBuilder<BudgetView>();
        await ReadScopeAsync(root, ScopePath.Root, views, int.MaxValue, cancellationToken);
        return views.ToImmutable();
    }

    /// <summary>The scopes of a budget down to a depth below its root, in few requests: children come with their parent.</summary>
    public async Task<ImmutableArray<BudgetView>> ReadBudgetTopAsync(BudgetRoot root, int depth, CancellationToken cancellationToken)
    {
        var views = ImmutableArray.CreateBuilder<BudgetView>();
        await ReadScopeAsync(root, ScopePath.Root, views, depth, cancellationToken);
        return views.ToImmutable();
    }

    /// <summary>Has the node verify its ledger.</summary>
    public Task<EvidenceVerification> VerifyEvidenceAsync(CancellationToken cancellationToken) =>
        SendAsync<EvidenceVerification>(HttpMethod.Get, $"{_tenant}/evidence/verify", null, cancellationToken);

    /// <summary>A page of the ledger, in the order in which entries became durable.</summary>
    /// <param name="cursor">Where it starts; null for the beginning.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The entries, and where the next page starts; null after the last.</returns>
    public async Task<(ImmutableArray<LedgerEntry> Entries, string? Next)> ReadEvidenceAsync(string? cursor, CancellationToken cancellationToken)
    {
        var path = $"{_tenant}/evidence?limit={PageMax}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}";
        using var page = await SendAsync<JsonDocument>(HttpMethod.Get, path, null, cancellationToken);
        return (
            [.. page.RootElement.GetProperty("items").EnumerateArray().Select(Entry)],
            page.RootElement.GetProperty("next").GetString());
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static LedgerEntry Entry(JsonElement item) => new(
        new StreamId(item.GetProperty("stream").GetString()!),
        item.GetProperty("seq").GetInt64(),
        new EntryHash(System.Convert.FromHexString(item.GetProperty("previousHash").GetString()!)),
        new EntryHash(System.Convert.FromHexString(item.GetProperty("hash").GetString()!)),
        item.GetProperty("kind").GetString()!,
        item.GetProperty("workload").GetString() is { } workload ? WorkloadId.Parse(workload) : null,
        0,
        item.GetProperty("at").GetDateTimeOffset(),
        System.Text.Encoding.UTF8.GetBytes(item.GetProperty("entry").GetRawText()));

    private async Task ReadScopeAsync(
        BudgetRoot root, ScopePath scope, ImmutableArray<BudgetView>.Builder views, int depth, CancellationToken cancellationToken)
    {
        string? after = null;
        do
        {
            var path = $"{_tenant}/budgets/{root}?limit={PageMax}&scope={Uri.EscapeDataString(scope.Value)}{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}";
            var view = await SendAsync<BudgetView>(HttpMethod.Get, path, null, cancellationToken);
            if (after is null)
                views.Add(view);
            foreach (var child in view.Children!.Items)
            {
                if (depth > 1)
                    await ReadScopeAsync(root, child.Scope, views, depth - 1, cancellationToken);
                else
                    views.Add(child);
            }

            after = view.Children.Next;
        }
        while (after is not null);
    }

    private async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body, body.GetType(), options: GenOpsJson.Canonical);

        try
        {
            using var answer = await _http.SendAsync(request, cancellationToken);
            if (!answer.IsSuccessStatusCode)
                throw new DemoException($"{method} {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}");

            return (await answer.Content.ReadFromJsonAsync<T>(AnswerOptions, cancellationToken))!;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new DemoException($"{method} {path}: no answer: {error.Message}", error);
        }
    }
}
