using System.Collections.Immutable;

namespace GenOps.ControlPlane.Pricing;

/// <summary>The book has no such provider or no such model.</summary>
/// <param name="Message">Which of the two, and the nearest names.</param>
/// <param name="Nearest">The nearest names, at most 3, the nearest first: providers if the provider is unknown, else models.</param>
public sealed record UnknownModel(string Message, ImmutableArray<string> Nearest) : PriceAnswer;
