using System.Buffers;

namespace GenOps.ControlPlane.Faults;

/// <summary>A folder that goes with this object, and also with the process if that dies first.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./_-");
    private static int _made;

    /// <summary>Makes it.</summary>
    /// <param name="prefix">What its name begins with.</param>
    /// <param name="parent">Where, and thereby on which disk; where the system keeps such folders if absent.</param>
    /// <exception cref="HarnessException">The parent's path has characters that the shell which removes what is left over would take apart.</exception>
    public TemporaryFolder(string prefix, string? parent = null)
    {
        Path = parent is null
            ? Directory.CreateTempSubdirectory(prefix).FullName
            : MakeIn(System.IO.Path.GetFullPath(parent), prefix);
        Reaper.Made(Path);
    }

    /// <summary>Its full path.</summary>
    public string Path { get; }

    private static string MakeIn(string parent, string prefix)
    {
        if (parent.AsSpan().ContainsAnyExcept(Plain))
            throw new HarnessException($"the folder {parent} can't be used: its path may have letters of ASCII, digits and ./_- only");
        var path = System.IO.Path.Combine(parent, $"{prefix}{Environment.ProcessId}-{Interlocked.Increment(ref _made)}");
        return Directory.Exists(path) ? throw new HarnessException($"{path} exists already; remove it if nothing uses it") : Directory.CreateDirectory(path).FullName;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
        Reaper.Removed(Path);
    }
}
