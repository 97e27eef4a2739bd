using GenOps.ControlPlane.Errors;

namespace GenOps.ControlPlane.Pricing;

/// <summary>The file is no price book. Nothing of it is used.</summary>
[GenerateSerializer, Alias("genops.PriceBookException")]
public sealed class PriceBookException : GenOpsException
{
    /// <summary>Creates one for a place in the file.</summary>
    /// <param name="path">Where, such as <c>$[3].models[0].id</c>.</param>
    /// <param name="rule">What it must be, to follow the path.</param>
    public PriceBookException(string path, string rule) : base(400, "invalid_price_book", $"price book: {path} {rule}") =>
        Path = path;

    /// <summary>The place in the file.</summary>
    [Id(0)]
    public string Path { get; private set; }
}
