using System.Globalization;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// A clock of a process's own, moved by libfaketime: the process reads the offset from a file, at most a second after it
/// changed. Only the time of day moves; waiting times stay true.
/// </summary>
public sealed class FakeClock
{
    private const string Library = "libfaketime.so.1";

    private readonly string _file;

    /// <summary>A clock that is right at first.</summary>
    /// <param name="folder">Where its file lies.</param>
    /// <exception cref="MissingToolException">libfaketime is not installed.</exception>
    public FakeClock(string folder)
    {
        var library = LibraryPath
            ?? throw new MissingToolException($"{Library} is in none of the system's library folders. On Debian and Ubuntu: apt-get install faketime");
        _file = Path.Combine(folder, "clock");
        Move(TimeSpan.Zero);
        Environment = new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = library,
            ["FAKETIME_TIMESTAMP_FILE"] = _file,
            ["FAKETIME_CACHE_DURATION"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",

            // Meant for an old glibc, and on by default with others as well: every timed wait of .NET's threads would end at
            // once, and a silo with a fake clock would use half a processor for nothing.
            ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
        };
    }

    /// <summary>Where the library is; null if it is not installed.</summary>
    public static string? LibraryPath { get; } = new[] { "/usr/lib", "/usr/lib64", "/usr/local/lib" }
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateDirectories(folder).Append(folder))
        .SelectMany(folder => new[] { Path.Combine(folder, "faketime", Library), Path.Combine(folder, Library) })
        .FirstOrDefault(File.Exists);

    /// <summary>What the process's environment needs.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Puts it ahead of the true time, or behind if negative.</summary>
    public void Move(TimeSpan ahead)
    {
        // Replaced as a whole: the process may read it at any moment.
        var next = _file + ".next";
        File.WriteAllText(next, ((long)ahead.TotalSeconds).ToString("+0;-0;+0", CultureInfo.InvariantCulture) + "\n");
        File.Move(next, _file, overwrite: true);
    }
}
