namespace GenOps.ControlPlane.Silo.Demo;

/// <summary>The folder of the demo's node: a temporary one that goes with the demo, or one that its user named.</summary>
internal sealed class DataDirectory : IDisposable
{
    private DataDirectory(string path, bool isTemporary)
    {
        Path = path;
        IsTemporary = isTemporary;
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Whether it is removed at the end.</summary>
    public bool IsTemporary { get; private set; }

    /// <summary>Makes it, readable by its owner alone.</summary>
    /// <param name="named">What the user named; null for a temporary one.</param>
    /// <exception cref="DemoException">It has something in it, or can't be made.</exception>
    public static DataDirectory Create(string? named)
    {
        if (named is null)
            return new DataDirectory(Directory.CreateTempSubdirectory("genops-demo-").FullName, true);

        var path = System.IO.Path.GetFullPath(named);
        try
        {
            // What is in there already would be counted, too, and may be somebody's.
            if (File.Exists(path) || Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
                throw new DemoException($"--data: '{path}' is not an empty folder; give a new or an empty one");

            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DemoException($"--data: the folder '{path}' can't be made: {error.Message}", error);
        }

        return new DataDirectory(path, false);
    }

    /// <summary>Lets it stay.</summary>
    public void Leave() => IsTemporary = false;

    /// <summary>Removes it if it is temporary.</summary>
    public void Dispose()
    {
        if (IsTemporary)
            Directory.Delete(Path, recursive: true);
    }
}
