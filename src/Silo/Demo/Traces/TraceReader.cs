using System.Collections.Immutable;
using System.Globalization;

namespace GenOps.ControlPlane.Silo.Demo.Traces;

/// <summary>Reads a trace: comma-separated values with the columns of <see cref="Header"/>.</summary>
internal static class TraceReader
{
    /// <summary>The first line.</summary>
    public const string Header = "TIMESTAMP,ContextTokens,GeneratedTokens";

    private const string TimeForm = "yyyy-MM-dd HH:mm:ss.FFFFFFF";

    /// <summary>The calls of a file in the order of their arrival.</summary>
    /// <exception cref="DemoException">It is no trace; the message names file and line.</exception>
    public static ImmutableArray<TraceCall> ReadFile(string path, TraceLimits limits)
    {
        try
        {
            using var file = File.OpenText(path);
            return Read(file, path, limits);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DemoException($"--trace: the file '{path}' can't be read: {error.Message}", error);
        }
    }

    /// <summary>The calls of a text in the order of their arrival.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="limits">What it may hold.</param>
    /// <exception cref="DemoException">It is no trace; the message names the line.</exception>
    public static ImmutableArray<TraceCall> Read(TextReader text, string name, TraceLimits limits)
    {
        var header = text.ReadLine();
        if (header != Header)
            throw Fault(name, 1, $"the first line must be '{Header}', not '{Shorten(header ?? "")}'");

        var rows = new List<(DateTime At, long Context, long Generated)>();
        for (var line = 2; text.ReadLine() is { } row; line++)
        {
            if (rows.Count == limits.CallsMax)
                throw Fault(name, line, $"a trace has at most {limits.CallsMax:N0} calls");
            if (row.Length > limits.LineCharsMax)
                throw Fault(name, line, $"a line has at most {limits.LineCharsMax:N0} characters, not {row.Length:N0}");

            var fields = row.Split(',');
            if (fields.Length != 3)
                throw Fault(name, line, $"a line has 3 fields, not {fields.Length}: '{Shorten(row)}'");
            if (!DateTime.TryParseExact(fields[0], TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at))
                throw Fault(name, line, $"TIMESTAMP must be a time such as 2023-11-16 18:15:46.6805900, not '{Shorten(fields[0])}'");

            rows.Add((at, Tokens(fields[1], "ContextTokens"), Tokens(fields[2], "GeneratedTokens")));

            long Tokens(string field, string column) =>
                long.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= limits.TokensMax
                    ? count
                    : throw Fault(name, line, $"{column} must be a whole number from 0 to {limits.TokensMax}, not '{Shorten(field)}'");
        }

        if (rows.Count == 0)
            throw Fault(name, 2, "there is no call after the header");

        // Stable, so that calls of one instant keep the order of their lines.
        return [.. rows.OrderBy(row => row.At).Select((row, index) => new TraceCall(index + 1, row.Context, row.Generated))];
    }

    private static DemoException Fault(string name, int line, string what) => new($"{name}:{line}: {what}");

    private static string Shorten(string text) => text.Length <= 60 ? text : $"{text.AsSpan(0, 60)}…";
}
