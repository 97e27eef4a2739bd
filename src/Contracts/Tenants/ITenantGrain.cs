using System.Collections.Immutable;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Pricing;
using Orleans.CodeGeneration;

namespace GenOps.ControlPlane.Tenants;

/// <summary>
/// One tenant's settings, keys and kill switch; its key is <see cref="Key"/>. The actor of <see cref="TenantId.All"/>
/// holds the keys that are good for every tenant. Reached over HTTP only.
/// </summary>
[Alias("genops.ITenantGrain"), Version(1)]
public interface ITenantGrain : IGrainWithStringKey
{
    /// <summary>The grain key, which is also the ledger stream.</summary>
    static string Key(TenantId tenant) => $"t/{tenant}";

    /// <summary>Creates or changes the tenant.</summary>
    [Alias("Put")]
    Task<TenantView> PutAsync(TenantDefinition definition, Principal by);

    /// <summary>The tenant as it stands.</summary>
    /// <exception cref="Errors.NotFoundException"><c>tenant_not_found</c>.</exception>
    [Alias("Get")]
    Task<TenantView> GetAsync();

    /// <summary>Takes no new work from now on; settlement goes on.</summary>
    [Alias("Close")]
    Task<AuthorityChange> CloseAsync(Principal by);

    /// <summary>The kill switch: stops every agent of the tenant.</summary>
    [Alias("Suspend")]
    Task<AuthorityChange> SuspendAsync(string reason, Principal by);

    /// <summary>Lets them act again.</summary>
    [Alias("Resume")]
    Task<AuthorityChange> ResumeAsync(string reason, Principal by);

    /// <summary>Makes a key; its secret is in this answer and nowhere else.</summary>
    [Alias("CreateKey")]
    Task<KeyCreated> CreateKeyAsync(KeyRequest request, Principal by);

    /// <summary>
    /// Makes a key of which the caller has the secret, such as one that an operator put into a file. Again is fine: nothing
    /// is changed if there is a key of that id, revoked or not.
    /// </summary>
    /// <returns>The key of that id; null if there is none because <see cref="KeyRegistration.OnlyFirstAdmin"/> held it back.</returns>
    /// <exception cref="Errors.ConflictException"><c>key_exists</c>: the key of that id has another secret.</exception>
    [Alias("RegisterKey")]
    Task<KeyView?> RegisterKeyAsync(KeyRegistration registration, Principal by);

    /// <summary>Every key, without secrets.</summary>
    [Alias("ListKeys")]
    Task<ImmutableArray<KeyView>> ListKeysAsync();

    /// <summary>Ends a key, for ever. Again is fine.</summary>
    /// <exception cref="Errors.NotFoundException"><c>key_not_found</c>.</exception>
    [Alias("RevokeKey")]
    Task<AuthorityChange> RevokeKeyAsync(string keyId, Principal by);

    /// <summary>The tenant's own prices, in the order they were given.</summary>
    /// <exception cref="Errors.NotFoundException"><c>tenant_not_found</c>.</exception>
    [Alias("GetPrices")]
    Task<ImmutableArray<ModelPrice>> GetPricesAsync();

    /// <summary>Replaces the tenant's own prices as a whole. They hold for what is reserved from now on.</summary>
    /// <exception cref="Errors.InvalidRequestException">A price is not valid; the field is such as <c>[3].inputPerMillion</c>.</exception>
    [Alias("PutPrices")]
    Task<ImmutableArray<ModelPrice>> PutPricesAsync(ImmutableArray<ModelPrice> prices, Principal by);

    /// <summary>The tenant's rates of exchange, in the order they were given.</summary>
    /// <exception cref="Errors.NotFoundException"><c>tenant_not_found</c>.</exception>
    [Alias("GetRates")]
    Task<ImmutableArray<ExchangeRate>> GetRatesAsync();

    /// <summary>Replaces the tenant's rates of exchange as a whole. They hold for what is reserved from now on.</summary>
    /// <exception cref="Errors.InvalidRequestException">A rate is not valid; the field is such as <c>[0].rate</c>.</exception>
    [Alias("PutRates")]
    Task<ImmutableArray<ExchangeRate>> PutRatesAsync(ImmutableArray<ExchangeRate> rates, Principal by);
}
