namespace GenOps.ControlPlane.Pricing;

/// <summary>The limits of a price book.</summary>
public sealed record PriceBookOptions
{
    /// <summary>The largest file that is read, in bytes.</summary>
    /// <value>The default is 16 MiB.</value>
    public int FileBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>How many pairs of provider and model are remembered with what they resolved to. When it is full, it starts anew.</summary>
    /// <value>The default is 4096.</value>
    public int LookupsMax { get; init; } = 4096;

    /// <summary>The longest name of a provider or model that is looked up, in characters. Longer ones are unknown.</summary>
    /// <value>The default is 256.</value>
    public int NameCharsMax { get; init; } = 256;

    /// <summary>How long one regular expression of the file may run on one name, in milliseconds.</summary>
    /// <value>The default is 1000.</value>
    public int RegexTimeoutMs { get; init; } = 1000;

    /// <summary>Refuses limits that can't work.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is below 1; the message names it.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(FileBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(LookupsMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(NameCharsMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RegexTimeoutMs, 1);
    }
}
