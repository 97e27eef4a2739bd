using System.Text;
using GenOps.ControlPlane.Access;

namespace GenOps.ControlPlane.Silo.Access;

/// <summary>The file that holds the bootstrap admin's key, readable by its owner alone.</summary>
/// <param name="Path">Where it is.</param>
internal sealed record AdminKeyFile(string Path)
{
    private const int LengthMax = 1024;

    /// <summary>Whether the operator gave it, so that its rights are left as they are.</summary>
    public bool IsOperators { get; init; }

    /// <summary>The key in the file; null if there is no file or no key in it.</summary>
    public ApiKey? Read()
    {
        if (!File.Exists(Path) || new FileInfo(Path).Length > LengthMax)
            return null;

        // Copied or restored files come back with the rights of whoever did it.
        if (!IsOperators && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return ApiKey.TryParse(File.ReadAllText(Path).Trim(), out var key) ? key : null;
    }

    /// <summary>
    /// Puts <paramref name="key"/> in place in one step: the file has the old content or the new, never a part, and
    /// nobody else can read it at any moment.
    /// </summary>
    public void Write(string key)
    {
        var draft = $"{Path}.new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        using (var file = new FileStream(draft, options))
        {
            file.Write(Encoding.ASCII.GetBytes(key + "\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, Path, overwrite: true);
    }
}
