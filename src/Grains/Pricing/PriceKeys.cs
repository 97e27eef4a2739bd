using System.Collections.Frozen;

namespace GenOps.ControlPlane.Pricing;

/// <summary>The names of price classes in the file.</summary>
internal static class PriceKeys
{
    /// <summary>The power of ten of pieces that a token price is for.</summary>
    public const int TokensPowerOfTen = 6;

    /// <summary>The power of ten of pieces that a count price is for.</summary>
    public const int CountsPowerOfTen = 3;

    private static readonly string[] Names =
    [
        "input_mtok", "output_mtok", "cache_read_mtok", "cache_write_mtok",
        "input_audio_mtok", "output_audio_mtok", "cache_audio_read_mtok", "requests_kcount",
    ];

    /// <summary>The classes that usage is reported in.</summary>
    public static FrozenDictionary<string, PriceClass> Reported { get; } =
        Enum.GetValues<PriceClass>().ToFrozenDictionary(NameOf, StringComparer.Ordinal);

    /// <summary>
    /// Parts of a class that usage doesn't tell apart. Where such a part costs something else than its class, tokens of
    /// the class have no sure price.
    /// </summary>
    public static FrozenDictionary<string, PriceClass> Hidden { get; } = new Dictionary<string, PriceClass>
    {
        ["cache_write_5m_mtok"] = PriceClass.CacheWrite,
        ["cache_write_1h_mtok"] = PriceClass.CacheWrite,
        ["cache_image_read_mtok"] = PriceClass.CacheRead,
        ["cache_video_read_mtok"] = PriceClass.CacheRead,
        ["input_image_mtok"] = PriceClass.Input,
        ["input_video_mtok"] = PriceClass.Input,
        ["output_image_mtok"] = PriceClass.Output,
        ["output_video_mtok"] = PriceClass.Output,
        ["output_reasoning_mtok"] = PriceClass.Output,
        ["output_citation_mtok"] = PriceClass.Output,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Tools that a provider bills apart from tokens: they are workloads of their own, and no part of a call's tokens.</summary>
    public static FrozenSet<string> Apart { get; } = FrozenSet.Create(
        StringComparer.Ordinal,
        "web_searches_kcount", "social_searches_kcount", "storage_searches_kcount", "code_executions_kcount");

    /// <summary>The name of a class's price in the file.</summary>
    public static string NameOf(PriceClass priceClass) => Names[(int)priceClass];

    /// <summary>The power of ten of pieces that a class's price is for.</summary>
    public static int PowerOfTenOf(PriceClass priceClass) =>
        priceClass == PriceClass.Requests ? CountsPowerOfTen : TokensPowerOfTen;

    /// <summary>How many pieces a class's price is for.</summary>
    public static int PerOf(PriceClass priceClass) => priceClass == PriceClass.Requests ? 1_000 : 1_000_000;
}
