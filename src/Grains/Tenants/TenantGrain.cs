using System.Collections.Immutable;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Workloads;
using Orleans.Concurrency;
using Orleans.Placement;

namespace GenOps.ControlPlane.Tenants;

/// <inheritdoc cref="ITenantGrain"/>
[Reentrant, HashBasedPlacement]
public sealed class TenantGrain(IGrainContext context, LedgeredGrainServices services, TenantDirectory tenants)
    : LedgeredGrain<TenantRecord>(context, services), ITenantGrain
{
    /// <summary>The most keys of a tenant, revoked ones included.</summary>
    private const int KeysMax = 10_000;

    private TenantId Tenant => Stream.Tenant;

    /// <inheritdoc/>
    public async Task<TenantView> PutAsync(TenantDefinition definition, Principal by)
    {
        RequireOne();
        WorkloadRequestRules.RequireOptional(definition.DisplayName, "displayName");
        await tenants.RequireCurrentAsync(CallerContext.Current);
        await FreshAsync();
        if (State.Define(definition, by) is { } defined)
            await AppendAsync(defined);
        else
            await DurableAsync();
        await ReadyAsync();
        return State.View();
    }

    /// <inheritdoc/>
    public async Task<TenantView> GetAsync()
    {
        await FoundAsync();
        var view = State.View();
        await DurableAsync();
        return view;
    }

    /// <inheritdoc/>
    public Task<AuthorityChange> CloseAsync(Principal by) => ChangeAsync(() => State.Close(by));

    /// <inheritdoc/>
    public async Task<AuthorityChange> SuspendAsync(string reason, Principal by)
    {
        WorkloadRequestRules.RequireText(reason, "reason");
        return await ChangeAsync(() => State.Suspend(reason, by));
    }

    /// <inheritdoc/>
    public async Task<AuthorityChange> ResumeAsync(string reason, Principal by)
    {
        WorkloadRequestRules.RequireText(reason, "reason");
        await tenants.RequireCurrentAsync(CallerContext.Current);
        return await ChangeAsync(() => State.Resume(reason, by));
    }

    /// <inheritdoc/>
    public async Task<KeyCreated> CreateKeyAsync(KeyRequest request, Principal by)
    {
        Require(request);
        await tenants.RequireCurrentAsync(CallerContext.Current);
        await FoundAsync();
        if (State.Keys.Count >= KeysMax)
            throw TooManyKeys();

        // An agent's key acts for that agent and no other.
        if (request.Principal.IsAgent)
            request = request with { Agent = AgentId.Parse(request.Principal.Value["agent:".Length..]) };

        var key = ApiKey.New(Tenant);
        await AppendAsync(new KeyIssued(key.Id, key.SecretHash, request, by));
        return new KeyCreated(key.Id, key.Reveal());
    }

    /// <inheritdoc/>
    public async Task<KeyView?> RegisterKeyAsync(KeyRegistration registration, Principal by)
    {
        Require(registration.Request);
        if (!ApiKey.IsId(registration.KeyId) || !ApiKey.IsSecretHash(registration.SecretHash))
            throw new InvalidRequestException("keyId", "or the hash of the secret is not that of a key");
        await tenants.RequireCurrentAsync(CallerContext.Current);
        await FoundAsync();
        if (State.Keys.TryGetValue(registration.KeyId, out var known) || registration.OnlyFirstAdmin && HasAdmin())
        {
            // An activation that lives in the past may know too few of them; one that appends would be fenced off.
            await Watch.RefreshAsync();
            await FoundAsync();
        }

        if (State.Keys.TryGetValue(registration.KeyId, out known))
        {
            if (known.SecretHash != registration.SecretHash)
                throw new ConflictException("key_exists", $"the key {registration.KeyId} has another secret");
            var view = known.View();
            await DurableAsync();
            return view;
        }

        if (registration.OnlyFirstAdmin && HasAdmin())
        {
            await DurableAsync();
            return null;
        }

        if (State.Keys.Count >= KeysMax)
            throw TooManyKeys();
        await AppendAsync(new KeyIssued(registration.KeyId, registration.SecretHash, registration.Request, by));
        await ReadyAsync();
        return State.Keys[registration.KeyId].View();
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<KeyView>> ListKeysAsync()
    {
        await FoundAsync();
        ImmutableArray<KeyView> keys = [.. State.Keys.Values.Select(key => key.View())];
        await DurableAsync();
        return keys;
    }

    /// <inheritdoc/>
    public async Task<AuthorityChange> RevokeKeyAsync(string keyId, Principal by)
    {
        return await ChangeAsync(() => !State.Keys.TryGetValue(keyId, out var key)
            ? throw new NotFoundException("key_not_found", $"there is no key {keyId}")
            : key.RevokedAt is null ? new KeyRevoked(keyId, by) : null);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<ModelPrice>> GetPricesAsync()
    {
        await FoundAsync();
        var prices = State.Prices.Newest.Overlay.Prices;
        await DurableAsync();
        return prices;
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<ModelPrice>> PutPricesAsync(ImmutableArray<ModelPrice> prices, Principal by)
    {
        RequireOne();
        PriceOverlay.Require(prices);
        await ChangeAsync(() => State.DefinePrices(prices, by));
        return prices;
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<ExchangeRate>> GetRatesAsync()
    {
        await FoundAsync();
        var rates = State.Prices.Newest.Rates.Rates;
        await DurableAsync();
        return rates;
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<ExchangeRate>> PutRatesAsync(ImmutableArray<ExchangeRate> rates, Principal by)
    {
        RequireOne();
        ExchangeRates.Require(rates);
        await ChangeAsync(() => State.DefineRates(rates, by));
        return rates;
    }

    /// <inheritdoc/>
    protected override TenantRecord Empty() => new(Tenant);

    private static ConflictException TooManyKeys() =>
        new("too_many_keys", $"the tenant has {KeysMax} keys, revoked ones included: that is the most");

    private bool HasAdmin()
    {
        var now = Time.GetUtcNow();
        return State.Keys.Values.Any(key => key.Request.Role == Role.Admin && key.IsGood(now));
    }

    private void RequireOne()
    {
        if (Tenant.IsAll)
            throw new InvalidRequestException("tenant", "is a name, not all tenants");
    }

    private async Task FoundAsync()
    {
        await FreshAsync();
        if (!State.Exists)
            throw new NotFoundException("tenant_not_found", $"there is no tenant {Tenant}; create it with PUT /v1/tenants/{Tenant}");
    }

    private async Task<AuthorityChange> ChangeAsync(Func<LedgerEvent?> decide)
    {
        var started = Time.GetTimestamp();
        await FoundAsync();
        var change = decide();
        if (change is null)
        {
            // Nothing is written, so the ledger does not fence off an activation that lives in the past: it has to ask.
            await Watch.RefreshAsync();
            await FoundAsync();
            change = decide();
        }

        var epoch = change is null ? await DurableAsync() : await AppendAsync(change);
        return new AuthorityChange(epoch, Time.GetElapsedTime(started).TotalMilliseconds);
    }

    private void Require(KeyRequest request)
    {
        if (!Enum.IsDefined(request.Role))
            throw new InvalidRequestException("role", "must be service, approver, operator, auditor or admin");
        if (!Principal.TryParse(request.Principal.Value, null, out _))
            throw new InvalidRequestException("principal", "is required: user: or agent: and a name");
        if (request.ExpiresAt <= Time.GetUtcNow())
            throw new InvalidRequestException("expiresAt", "must be in the future");
        if (request.Agent is not null && request.Role != Role.Service)
            throw new InvalidRequestException("agent", "binds a service's key; another role's can't be bound");
        if (request.Principal.IsAgent && request.Role != Role.Service)
            throw new InvalidRequestException("principal", "an agent holds a service's key and no other");
        if (request.Principal.IsAgent && request.Agent is { } agent && request.Principal != Principal.Of(agent))
            throw new InvalidRequestException("agent", $"must be the agent that holds the key, {request.Principal}");
        var groups = request.Groups is { IsDefault: false } named ? named : [];
        if (groups.Length > 32 || groups.Any(group => !NameSyntax.IsValid(group)))
            throw new InvalidRequestException("groups", $"is at most 32 names, each {NameSyntax.Rule}");
    }
}
