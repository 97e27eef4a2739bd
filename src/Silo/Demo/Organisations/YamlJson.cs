using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using GenOps.ControlPlane.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace GenOps.ControlPlane.Silo.Demo.Organisations;

/// <summary>YAML as the JSON that it means, with a way back from a place in the JSON to its line.</summary>
internal static partial class YamlJson
{
    /// <summary>The JSON of a node. Plain scalars are null, truth values, numbers or strings, as YAML's core schema has it; quoted ones are strings.</summary>
    /// <exception cref="YamlException">It has no JSON: a key that is no scalar, or nesting that is too deep.</exception>
    public static byte[] Convert(YamlNode node)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
            Write(writer, node, 0);
        return bytes.ToArray();
    }

    /// <summary>Where the node is that a JSON path such as <c>$.spec.limits[0]['a b']</c> names, or the nearest above it.</summary>
    public static Mark Locate(YamlNode root, string? path)
    {
        var mark = root.Start;
        var node = root;
        foreach (Match step in PathStep().Matches(path ?? ""))
        {
            var name = step.Groups["name"].Success ? step.Groups["name"].Value : step.Groups["quoted"].Value;
            if (node is YamlSequenceNode items && int.TryParse(step.Groups["index"].Value, out var index) && index < items.Children.Count)
            {
                node = items.Children[index];
                mark = node.Start;
            }
            else if (node is YamlMappingNode members
                && members.Children.FirstOrDefault(member => member.Key is YamlScalarNode key && key.Value == name) is { Key: { } found } member)
            {
                node = member.Value;
                mark = found.Start;
            }
            else
            {
                break;
            }
        }

        return mark;
    }

    private static void Write(Utf8JsonWriter writer, YamlNode node, int depth)
    {
        // Aliases can make a document its own part; JSON can't.
        if (depth > GenOpsJson.DepthMax)
            throw new YamlException(node.Start, node.End, $"is nested more than {GenOpsJson.DepthMax} deep");

        switch (node)
        {
            case YamlMappingNode mapping:
                writer.WriteStartObject();
                foreach (var (key, value) in mapping.Children)
                {
                    if (key is not YamlScalarNode { Value: { } name })
                        throw new YamlException(key.Start, key.End, "a key must be a name");
                    writer.WritePropertyName(name);
                    Write(writer, value, depth + 1);
                }

                writer.WriteEndObject();
                break;

            case YamlSequenceNode sequence:
                writer.WriteStartArray();
                foreach (var item in sequence.Children)
                    Write(writer, item, depth + 1);
                writer.WriteEndArray();
                break;

            case YamlScalarNode scalar:
                Write(writer, scalar);
                break;

            default:
                throw new YamlException(node.Start, node.End, "must be a mapping, a list or a scalar");
        }
    }

    private static void Write(Utf8JsonWriter writer, YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain)
            writer.WriteStringValue(text);
        else if (text is "" or "~" or "null")
            writer.WriteNullValue();
        else if (text is "true" or "false")
            writer.WriteBooleanValue(text == "true");
        else if (JsonNumber().IsMatch(text))
            writer.WriteRawValue(Encoding.UTF8.GetBytes(text));
        else
            writer.WriteStringValue(text);
    }

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex JsonNumber();

    [GeneratedRegex(@"\.(?<name>[^.\[]+)|\[(?<index>[0-9]+)\]|\['(?<quoted>[^']*)'\]", RegexOptions.CultureInvariant)]
    private static partial Regex PathStep();
}
