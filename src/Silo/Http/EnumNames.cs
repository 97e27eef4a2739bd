using System.Reflection;
using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>The words that stand for an enumeration's values in JSON.</summary>
internal static class EnumNames
{
    /// <summary>All of them, in order.</summary>
    public static IEnumerable<string> Of(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? field.Name);

    /// <summary>The value called <paramref name="name"/>; null if there is none.</summary>
    public static T? Find<T>(string name) where T : struct, Enum
    {
        foreach (var field in typeof(T).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            if ((field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? field.Name) == name)
                return (T)field.GetValue(null)!;
        }

        return null;
    }
}
