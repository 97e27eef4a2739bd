using System.Globalization;

namespace GenOps.ControlPlane.Faults;

/// <summary>Where PostgreSQL's server programs are.</summary>
public static class PostgresBinaries
{
    private const string DebianFolder = "/usr/lib/postgresql";

    /// <summary>The folder with initdb, postgres and pg_ctl: that of PATH, else Debian's newest; null if there is none.</summary>
    public static string? Folder => Found.Value;

    private static readonly Lazy<string?> Found = new(Find);

    /// <summary>The path of one program.</summary>
    /// <exception cref="MissingToolException">PostgreSQL's server is not installed.</exception>
    public static string Program(string name) => Path.Combine(
        Folder ?? throw new MissingToolException(
            "PostgreSQL's server programs (initdb, postgres) are neither in PATH nor in /usr/lib/postgresql/*/bin. On Debian and Ubuntu: apt-get install postgresql"),
        name);

    private static string? Find()
    {
        // Debian links only some programs into PATH; the folder behind a link has them all.
        var inPath = Command.Find("postgres") is { } postgres
            ? Path.GetDirectoryName(File.ResolveLinkTarget(postgres, returnFinalTarget: true)?.FullName ?? postgres)
            : null;
        if (inPath is not null && IsComplete(inPath))
            return inPath;

        return !Directory.Exists(DebianFolder) ? null : Directory.EnumerateDirectories(DebianFolder)
            .OrderByDescending(folder => double.TryParse(Path.GetFileName(folder), NumberStyles.Float, CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin")).FirstOrDefault(IsComplete);
    }

    private static bool IsComplete(string folder) => new[] { "initdb", "postgres", "pg_ctl" }.All(name => File.Exists(Path.Combine(folder, name)));
}
