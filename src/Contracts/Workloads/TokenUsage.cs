using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Workloads;

/// <summary>What a call consumed, by class of token. Every count is 0 or more.</summary>
/// <param name="InputTokens">All that went in, cached and audio ones included.</param>
/// <param name="OutputTokens">All that came out, audio ones included.</param>
/// <param name="CacheReadTokens">Of the input: read from a cache.</param>
/// <param name="CacheWriteTokens">Of the input: written to a cache.</param>
/// <param name="InputAudioTokens">Of the input: audio.</param>
/// <param name="OutputAudioTokens">Of the output: audio.</param>
/// <param name="CacheAudioReadTokens">Of the input audio: read from a cache.</param>
[GenerateSerializer, Immutable, Alias("genops.TokenUsage")]
public sealed record TokenUsage(
    long InputTokens,
    long OutputTokens,
    long CacheReadTokens = 0,
    long CacheWriteTokens = 0,
    long InputAudioTokens = 0,
    long OutputAudioTokens = 0,
    long CacheAudioReadTokens = 0)
{
    /// <summary>Input and output together.</summary>
    [JsonIgnore]
    public long TotalTokens => checked(InputTokens + OutputTokens);

    /// <summary>Each class by its field's name.</summary>
    [JsonIgnore]
    internal IEnumerable<(string Name, long Count)> Classes =>
    [
        ("inputTokens", InputTokens),
        ("outputTokens", OutputTokens),
        ("cacheReadTokens", CacheReadTokens),
        ("cacheWriteTokens", CacheWriteTokens),
        ("inputAudioTokens", InputAudioTokens),
        ("outputAudioTokens", OutputAudioTokens),
        ("cacheAudioReadTokens", CacheAudioReadTokens),
    ];
}
