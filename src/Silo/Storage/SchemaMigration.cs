using System.Globalization;
using System.Reflection;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>One numbered step of a database's schema. A released step is never edited; a change is a new step.</summary>
/// <param name="Version">The schema's version after the step; from 1, without gaps.</param>
/// <param name="Name">The script's name with its number, such as <c>001_orleans_query</c>.</param>
/// <param name="Sql">The script; it holds no transaction statements.</param>
internal sealed record SchemaMigration(int Version, string Name, string Sql)
{
    /// <summary>Every step of one database that this program knows, in order.</summary>
    /// <param name="folder">The logical folder of the embedded scripts, such as <c>GrainStorage</c>.</param>
    /// <exception cref="InvalidOperationException">The numbers of the embedded scripts aren't 1, 2, 3 and so on.</exception>
    public static IReadOnlyList<SchemaMigration> ReadEmbedded(string folder)
    {
        var assembly = typeof(SchemaMigration).Assembly;
        var prefix = folder + "/";
        var migrations = assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(prefix, StringComparison.Ordinal))
            .Select(resource => Read(assembly, resource, prefix))
            .OrderBy(migration => migration.Version)
            .ToList();

        if (migrations.Count == 0)
            throw new InvalidOperationException($"There are no migrations embedded in folder '{folder}'.");

        for (var index = 0; index < migrations.Count; index++)
        {
            if (migrations[index].Version != index + 1)
                throw new InvalidOperationException($"Migration '{migrations[index].Name}' of '{folder}' should have number {index + 1}.");
        }

        return migrations;
    }

    private static SchemaMigration Read(Assembly assembly, string resource, string prefix)
    {
        using var stream = assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        var name = resource[prefix.Length..];
        var number = int.Parse(name.AsSpan(0, name.IndexOf('_', StringComparison.Ordinal)), NumberStyles.None, CultureInfo.InvariantCulture);
        return new SchemaMigration(number, name, reader.ReadToEnd());
    }
}
