using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Ledger;
using Orleans.CodeGeneration;

namespace GenOps.ControlPlane.Versions;

/// <summary>
/// Everything that another build of the same cluster sees, a line each: actors, their interfaces and methods, what is
/// serialized between silos and clients, and the JSON of the ledger's entries.
/// </summary>
internal static class ContractSurface
{
    private static readonly Assembly[] Assemblies = [typeof(IAgentGrain).Assembly, typeof(EntryText).Assembly];

    /// <summary>The lines of this build, sorted.</summary>
    public static ImmutableArray<string> Lines()
    {
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var type in Assemblies.SelectMany(assembly => assembly.GetTypes()))
        {
            if (type.IsInterface && type.IsAssignableTo(typeof(IAddressable)))
                AddInterface(type, lines);
            else if (type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IGrain)) && !IsGenerated(type))
                AddGrain(type, lines);
            else if (type.GetCustomAttribute<GenerateSerializerAttribute>() is not null)
                AddSerialized(type, lines);
        }

        var described = new HashSet<Type>();
        foreach (var kind in LedgerKinds.All)
        {
            lines.Add($"entry {kind}");
            AddMembers($"entry {kind}", LedgerKinds.TypeOf(kind)!, described, lines);
        }

        return [.. lines];
    }

    private static bool IsGenerated(Type type) => type.Namespace?.StartsWith("OrleansCodeGen", StringComparison.Ordinal) == true;

    private static void AddInterface(Type type, SortedSet<string> lines)
    {
        // A service of the silo itself is called by silo, not placed: Orleans does not look at its version.
        if (type.IsAssignableTo(typeof(IGrain)))
            lines.Add($"interface {NameOf(type)} version {type.GetCustomAttribute<VersionAttribute>()?.Version ?? 0}");
        foreach (var method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance))
        {
            var alias = method.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias
                ?? throw new InvalidOperationException($"{type.Name}.{method.Name} has no alias: its name on the wire would be its name in the source");
            lines.Add($"method {NameOf(type)}.{alias}({string.Join(", ", method.GetParameters().Select(parameter => NameOf(parameter.ParameterType)))}) -> {Answer(method.ReturnType)}");
        }
    }

    private static void AddGrain(Type type, SortedSet<string> lines)
    {
        var name = type.GetCustomAttribute<GrainTypeAttribute>()?.GetGrainType(null!, null!).ToString()
            ?? type.Name.Replace("Grain", "", StringComparison.Ordinal).ToLowerInvariant();
        foreach (var contract in type.GetInterfaces().Where(one => Assemblies.Contains(one.Assembly) && one.IsAssignableTo(typeof(IGrain))))
            lines.Add($"grain {name} is {NameOf(contract)}");
    }

    private static void AddSerialized(Type type, SortedSet<string> lines)
    {
        if (type.GetCustomAttribute<AliasAttribute>(inherit: false) is null)
            throw new InvalidOperationException($"{type} has no alias: its name on the wire would be its name in the source");

        var name = NameOf(type);
        if (type.IsEnum)
        {
            lines.Add($"type {name} enum {Enum.GetUnderlyingType(type).Name}");
            foreach (var value in Enum.GetValues(type))
                lines.Add($"value {name} {Convert.ToInt64(value, null)} {value}");
            return;
        }

        lines.Add($"type {name} {(type.IsValueType ? "struct" : "class")}{(type.BaseType is { } parent && Assemblies.Contains(parent.Assembly) ? " : " + NameOf(parent) : "")}");

        // What a record's constructor takes is numbered by its place, apart from the members that have a number of their own.
        var places = type.GetMethod("Deconstruct", BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)?.GetParameters() ?? [];
        foreach (var place in places)
            lines.Add($"member {name} place {place.Position} {place.Name} {NameOf(place.ParameterType.GetElementType()!)}");
        foreach (var member in type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        {
            if (member.GetCustomAttribute<IdAttribute>() is { } id)
                lines.Add($"member {name} id {id.Id} {member.Name} {NameOf(member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType)}");
        }
    }

    private static void AddMembers(string owner, Type type, HashSet<Type> described, SortedSet<string> lines)
    {
        foreach (var property in EntryOptions.GetTypeInfo(type).Properties.Where(property => property.Get is not null))
        {
            lines.Add($"json {owner} {property.Name} {(property.IsRequired ? "required" : "optional")} {NameOf(property.PropertyType)}");
            Describe(property.PropertyType, described, lines);
        }
    }

    private static void Describe(Type type, HashSet<Type> described, SortedSet<string> lines)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (!described.Add(type))
            return;
        if (type.IsEnum)
        {
            foreach (var value in Enum.GetValues(type))
                lines.Add($"json {NameOf(type)} = {JsonSerializer.Serialize(value, type, EntryOptions)}");
            return;
        }

        var info = EntryOptions.GetTypeInfo(type);
        if (info.ElementType is { } element)
            Describe(element, described, lines);
        else if (info.Kind == JsonTypeInfoKind.Object)
            AddMembers(NameOf(type), type, described, lines);
        else if (Assemblies.Contains(type.Assembly))
            lines.Add($"json {NameOf(type)} by {info.Converter.GetType().Name}");
    }

    private static JsonSerializerOptions EntryOptions => GenOpsJson.Canonical;

    private static string Answer(Type type) =>
        type == typeof(Task) || type == typeof(ValueTask) ? "nothing" : NameOf(type.GetGenericArguments()[0]);

    private static string NameOf(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
            return NameOf(value) + "?";
        if (type.IsArray)
            return NameOf(type.GetElementType()!) + "[]";
        if (type.IsGenericType)
            return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
        return type.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias ?? type.Name;
    }
}
