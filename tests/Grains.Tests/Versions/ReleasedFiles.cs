using System.Runtime.CompilerServices;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Versions;

/// <summary>The files that say what each minor version put on the wire and into the ledger; they lie beside this source.</summary>
internal static class ReleasedFiles
{
    /// <summary>The minor version of what is being built.</summary>
    public static Version Current { get; } = Minor(typeof(EntryText).Assembly.GetName().Version!);

    /// <summary>Every minor version that has files, the earliest first.</summary>
    public static IReadOnlyList<Version> All { get; } =
        [.. Directory.GetDirectories(Folder()).Select(path => Version.Parse(Path.GetFileName(path))).Order()];

    /// <summary>The one before the current; null if this is the first.</summary>
    public static Version? Previous { get; } = All.LastOrDefault(version => version < Current);

    /// <summary>Where <paramref name="name"/> of a version lies, whether it exists or not.</summary>
    public static string PathOf(Version version, string name) => Path.Combine(Folder(), version.ToString(), name);

    /// <summary>The lines of a file; none if it does not exist.</summary>
    public static string[] LinesOf(Version version, string name) =>
        File.Exists(PathOf(version, name)) ? File.ReadAllLines(PathOf(version, name)) : [];

    /// <summary>Writes a file of the current version.</summary>
    public static void Write(string name, IEnumerable<string> lines)
    {
        var path = PathOf(Current, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, string.Concat(lines.Select(line => line + "\n")));
    }

    private static Version Minor(Version version) => new(version.Major, version.Minor);

    private static string Folder([CallerFilePath] string source = "") => Path.Combine(Path.GetDirectoryName(source)!, "Released");
}
