using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Pricing;

/// <summary>What a tenant pays for a model, or for every model of a pattern: a negotiated price, or that of a model it hosts itself.</summary>
/// <param name="Model">The model's name as calls name it, in which <c>*</c> stands for any text; case doesn't matter; up to 256 bytes.</param>
/// <param name="InputPerMillion">Of a million input tokens; 0 or more, at most 100,000,000,000.</param>
/// <param name="OutputPerMillion">Of a million output tokens; 0 or more, at most 100,000,000,000.</param>
/// <param name="Currency">What all of them are in.</param>
/// <param name="Provider">The provider as calls name it; null for any, also for calls that name none; up to 256 bytes.</param>
/// <param name="CacheReadPerMillion">Of a million input tokens read from a cache; the price of input if null.</param>
/// <param name="CacheWritePerMillion">Of a million input tokens written to a cache; the price of input if null.</param>
/// <param name="PerRequest">Of a call, besides its tokens; 0 or more, at most 100,000,000; nothing if null.</param>
[GenerateSerializer, Immutable, Alias("genops.ModelPrice")]
public sealed record ModelPrice(
    string Model,
    Quantity InputPerMillion,
    Quantity OutputPerMillion,
    Unit Currency,
    string? Provider = null,
    Quantity? CacheReadPerMillion = null,
    Quantity? CacheWritePerMillion = null,
    Quantity? PerRequest = null);
