using System.Collections.Immutable;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;

namespace GenOps.ControlPlane.Tenants;

/// <summary>A tenant: its settings, its kill switch, its keys, its prices and its rates of exchange.</summary>
/// <param name="tenant">Its name.</param>
public sealed class TenantRecord(TenantId tenant) : ILedgeredState
{
    private const int ImageVersion = 2;

    private readonly SortedDictionary<string, IssuedKey> _keys = new(StringComparer.Ordinal);
    private TenantDefinition? _definition;
    private string? _suspension;

    /// <summary>Whether it was ever defined. That of all tenants always is.</summary>
    public bool Exists => _definition is not null || tenant.IsAll;

    /// <summary>Whether its agents may act.</summary>
    public TenantState State { get; private set; }

    /// <summary>Why they may not; null if they may.</summary>
    public string? Refusal => State switch
    {
        TenantState.Suspended => $"the tenant {tenant} is suspended: {_suspension}",
        TenantState.Closed => $"the tenant {tenant} is closed",
        _ => null,
    };

    /// <summary>What becomes of work that no delegation permits.</summary>
    public AuthorityMode Authority => _definition?.Authority ?? AuthorityMode.Required;

    /// <summary>Its keys, by id.</summary>
    public IReadOnlyDictionary<string, IssuedKey> Keys => _keys;

    /// <summary>Its own prices and rates of exchange, and what they were before.</summary>
    public PriceHistory Prices { get; private set; } = new(tenant);

    /// <inheritdoc/>
    public int Weight => _keys.Count + Prices.Weight;

    /// <summary>The tenant as it stands.</summary>
    public TenantView View() => new(tenant, _definition?.DisplayName, State, State == TenantState.Suspended ? _suspension : null, Authority);

    /// <summary>The event that defines it; null if nothing would change.</summary>
    /// <exception cref="InvalidRequestException">The definition is not valid.</exception>
    public TenantDefined? Define(TenantDefinition definition, Principal by)
    {
        if (definition.Authority is { } authority && !Enum.IsDefined(authority))
            throw new InvalidRequestException("authority", "must be required or observe");

        return State != TenantState.Closed && definition == _definition ? null : new TenantDefined(definition, by);
    }

    /// <summary>The event that suspends it; null if it is.</summary>
    public TenantSuspended? Suspend(string reason, Principal by) =>
        State == TenantState.Active ? new TenantSuspended(reason, by) : null;

    /// <summary>The event that resumes it; null if it is active.</summary>
    public TenantResumed? Resume(string reason, Principal by) =>
        State == TenantState.Suspended ? new TenantResumed(reason, by) : null;

    /// <summary>The event that closes it; null if it is closed.</summary>
    public TenantClosed? Close(Principal by) => State == TenantState.Closed ? null : new TenantClosed(by);

    /// <summary>The event that replaces its prices; null if nothing would change.</summary>
    public PricesDefined? DefinePrices(ImmutableArray<ModelPrice> prices, Principal by) =>
        Prices.Newest.Overlay.Prices.AsSpan().SequenceEqual(prices.AsSpan()) ? null : new PricesDefined(prices, PriceOverlay.VersionOf(prices), by);

    /// <summary>The event that replaces its rates of exchange; null if nothing would change.</summary>
    public RatesDefined? DefineRates(ImmutableArray<ExchangeRate> rates, Principal by) =>
        Prices.Newest.Rates.Rates.AsSpan().SequenceEqual(rates.AsSpan()) ? null : new RatesDefined(rates, by);

    /// <inheritdoc/>
    public void Verify(LedgerEvent content, DateTimeOffset at)
    {
        if (content is KeyIssued issued && _keys.ContainsKey(issued.KeyId))
            throw new InvariantViolationException($"the key {issued.KeyId} is made twice");
    }

    /// <inheritdoc/>
    public void Apply(LedgerEvent content, DateTimeOffset at)
    {
        switch (content)
        {
            case TenantDefined defined:
                _definition = defined.Definition;

                // Only a resume switches the kill switch off, not a new definition.
                State = _suspension is null ? TenantState.Active : TenantState.Suspended;
                break;

            case TenantSuspended suspended:
                State = TenantState.Suspended;
                _suspension = suspended.Reason;
                break;

            case TenantResumed:
                _suspension = null;
                State = TenantState.Active;
                break;

            case TenantClosed:
                State = TenantState.Closed;
                break;

            case KeyIssued issued:
                _keys.Add(issued.KeyId, new IssuedKey(issued.KeyId, issued.SecretHash, issued.Request, at, issued.By, null));
                break;

            case KeyRevoked revoked:
                if (_keys.TryGetValue(revoked.KeyId, out var key))
                    _keys[revoked.KeyId] = key with { RevokedAt = key.RevokedAt ?? at };
                break;

            case PricesDefined prices:
                Prices = Prices.With(new PriceOverlay(prices.Prices, prices.Version), at);
                break;

            case RatesDefined rates:
                Prices = Prices.With(new ExchangeRates(rates.Rates), at);
                break;

            default:
                throw new InvalidDataException($"{content.GetType().Name} is no event of a tenant");
        }
    }

    /// <summary>A record of its own that says the same.</summary>
    public TenantRecord Copy()
    {
        var copy = new TenantRecord(tenant) { _definition = _definition, State = State, _suspension = _suspension, Prices = Prices };
        foreach (var (id, key) in _keys)
            copy._keys.Add(id, key);
        return copy;
    }

    /// <inheritdoc/>
    public byte[] Save() => SnapshotJson.Save(ImageVersion, new Image(_definition, State, _suspension, [.. _keys.Values], Prices.Save()));

    /// <inheritdoc/>
    public void Restore(ReadOnlySpan<byte> bytes)
    {
        var image = SnapshotJson.Restore<Image>(ImageVersion, bytes);
        _definition = image.Definition;
        State = image.State;
        _suspension = image.Suspension;
        foreach (var key in image.Keys)
            _keys.Add(key.Id, key);
        Prices = PriceHistory.Restore(tenant, image.Prices);
    }

    private sealed record Image(
        TenantDefinition? Definition, TenantState State, string? Suspension, ImmutableArray<IssuedKey> Keys, PriceHistoryImage Prices);
}
