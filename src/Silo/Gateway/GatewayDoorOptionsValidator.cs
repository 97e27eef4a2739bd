using GenOps.ControlPlane.Access;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Gateway;

/// <summary>Refuses to start with a door that is too wide or can't open.</summary>
internal sealed class GatewayDoorOptionsValidator : IValidateOptions<GatewayDoorOptions>
{
    private static readonly TimeSpan HandshakeTimeoutMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan HandshakeTimeoutMax = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, GatewayDoorOptions options)
    {
        var failures = new List<string>();
        if (options.HandshakeTimeout < HandshakeTimeoutMin || options.HandshakeTimeout > HandshakeTimeoutMax)
            failures.Add(Says(nameof(options.HandshakeTimeout), options.HandshakeTimeout, "100 ms to 1 min"));
        if (options.HandshakesMax is < 1 or > 65_536)
            failures.Add(Says(nameof(options.HandshakesMax), options.HandshakesMax, "1 to 65536"));
        if (options.MessageHeaderBytesMax is < 1024 or > 1024 * 1024)
            failures.Add(Says(nameof(options.MessageHeaderBytesMax), options.MessageHeaderBytesMax, "1024 to 1048576 bytes"));
        if (options.MessageBodyBytesMax is < 1024 or > 64 * 1024 * 1024)
            failures.Add(Says(nameof(options.MessageBodyBytesMax), options.MessageBodyBytesMax, "1024 to 67108864 bytes"));
        if (options.RequestContextKeys.Count > 32)
            failures.Add(Says(nameof(options.RequestContextKeys), options.RequestContextKeys.Count, "at most 32 keys"));

        // Letting clients send it would let them be anyone.
        foreach (var own in (string[])[GatewayStamp.RequestContextKey, CallerContext.RequestContextKey])
        {
            if (options.RequestContextKeys.Contains(own))
                failures.Add($"{nameof(GatewayDoorOptions)}.{nameof(options.RequestContextKeys)}: remove '{own}', which is the gateway's own");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static string Says(string option, object value, string range) =>
        $"{nameof(GatewayDoorOptions)}.{option} is {value}; set it to {range}";
}
