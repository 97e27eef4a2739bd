using System.Text.Json;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// The program of a flood's process: many callers who ask and settle without a pause of their own, and wait only as long as
/// they are told to. A process of its own, so that it and those who watch don't get into each other's way.
/// </summary>
internal static class FloodProgram
{
    /// <summary>Reads <see cref="FloodOptions"/> from the file named and does it.</summary>
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [var file])
        {
            await Console.Error.WriteLineAsync("this program is started by the harness, with a file that says what to do");
            return 1;
        }

        var options = JsonSerializer.Deserialize<FloodOptions>(await File.ReadAllTextAsync(file))!;
        using var flood = new Flood(options);
        await File.WriteAllTextAsync(options.ResultFile, JsonSerializer.Serialize(await flood.RunAsync()));
        return 0;
    }
}
