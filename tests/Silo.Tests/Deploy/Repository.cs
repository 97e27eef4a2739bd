using System.Runtime.CompilerServices;

namespace GenOps.ControlPlane.Silo.Tests.Deploy;

/// <summary>The files of the repository that this was built from.</summary>
internal static class Repository
{
    /// <summary>Its root.</summary>
    public static string Root { get; } = Find();

    /// <summary>The path of a file or folder in it.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>A file's text.</summary>
    public static string Read(params string[] parts) => File.ReadAllText(PathOf(parts));

    private static string Find([CallerFilePath] string here = "")
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(here)!);
        while (!File.Exists(Path.Combine(folder.FullName, "GenOps.ControlPlane.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException($"no repository above {here}");
        return folder.FullName;
    }
}
