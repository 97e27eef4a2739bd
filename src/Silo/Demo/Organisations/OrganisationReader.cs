using System.Collections.Immutable;
using System.Text.Json;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Tenants;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace GenOps.ControlPlane.Silo.Demo.Organisations;

/// <summary>
/// Reads an organisation from its YAML documents, as strictly as the HTTP API reads JSON: an unknown field is an error,
/// for a mistyped limit would be no limit.
/// </summary>
internal sealed class OrganisationReader
{
    private const string Version = "genops/v1";

    private readonly Dictionary<BudgetRoot, BudgetDefinition> _budgets = [];
    private readonly Dictionary<AgentId, AgentDefinition> _agents = [];
    private readonly Dictionary<DelegationId, DelegationDefinition> _delegations = [];
    private readonly Dictionary<DelegationId, (YamlNode Root, string Name)> _places = [];
    private TenantId? _tenant;
    private TenantDefinition? _definition;

    /// <summary>The organisation of a folder's <c>*.yaml</c> files.</summary>
    /// <exception cref="DemoException">It can't be read; the message names file and line.</exception>
    public static Organisation ReadFolder(string folder)
    {
        var reader = new OrganisationReader();
        try
        {
            foreach (var path in Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal))
                reader.Add(File.ReadAllText(path), path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DemoException($"the organisation in '{folder}' can't be read: {error.Message}", error);
        }

        return reader.Finish(folder);
    }

    /// <summary>Takes the documents of one file.</summary>
    /// <param name="yaml">Its text.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="DemoException">It can't be read; the message names the line.</exception>
    public void Add(string yaml, string name)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(yaml));
            foreach (var document in stream.Documents)
                Add(document.RootNode, name);
        }
        catch (YamlException error)
        {
            throw Fault(name, error.Start, error.Message, error);
        }
    }

    /// <summary>The organisation of all documents taken.</summary>
    /// <exception cref="DemoException">It is not whole: no tenant, or a delegation that hangs on nothing; then the message names file and line.</exception>
    public Organisation Finish(string name)
    {
        if (_tenant is not { } tenant)
            throw new DemoException($"{name}: no document of kind Tenant");

        return new Organisation(tenant, _definition!, _budgets.ToImmutableSortedDictionary(), _agents.ToImmutableDictionary(), InOrder());
    }

    /// <summary>The delegations, each after its parent: a node takes no child before it.</summary>
    private GrantForest InOrder()
    {
        var ordered = new List<Grant>();
        HashSet<DelegationId> reached = [];
        foreach (var id in _delegations.Keys.Order())
            Reach(id, [], reached, ordered);
        return new GrantForest(ordered);
    }

    private void Reach(DelegationId id, HashSet<DelegationId> below, HashSet<DelegationId> reached, List<Grant> ordered)
    {
        if (reached.Contains(id))
            return;
        if (!below.Add(id))
            throw Fault(id, "parent", $"{id} passes itself on: {string.Join(" from ", below)} from {id}");

        var definition = _delegations[id];
        if (definition.To.Agent is not { } grantee || !_agents.ContainsKey(grantee))
            throw Fault(id, "to", $"{definition.To} is no agent of the organisation");
        if (definition.Parent is { } parent)
        {
            if (!_delegations.TryGetValue(parent, out var above))
                throw Fault(id, "parent", $"there is no Delegation called {parent}");
            if (above.To != definition.From)
                throw Fault(id, "from", $"{definition.From} can't pass {parent} on, which was granted to {above.To}");

            Reach(parent, below, reached, ordered);
        }
        else if (definition.From.IsAgent)
        {
            throw Fault(id, "from", $"{definition.From} passes on what it was granted: name it as parent");
        }

        reached.Add(id);
        ordered.Add(new Grant(id, definition));
    }

    private DemoException Fault(DelegationId id, string field, string what)
    {
        var (root, name) = _places[id];
        return Fault(name, YamlJson.Locate(root, $"$.spec.{field}"), $"spec.{field}: {what}");
    }

    private void Add(YamlNode root, string name)
    {
        var document = Read<OrganisationDocument>(root, root, "", YamlJson.Convert(root), name);
        if (document.ApiVersion != Version)
            throw Fault(name, YamlJson.Locate(root, "$.apiVersion"), $"apiVersion must be {Version}, not {document.ApiVersion}");

        switch (document.Kind)
        {
            case "Tenant":
                if (_tenant is not null)
                    throw Fault(name, YamlJson.Locate(root, "$.kind"), "an organisation has one Tenant");
                _tenant = Name<TenantId>(root, document, name);
                _definition = Spec<TenantDefinition>(root, document, name);
                break;

            case "Budget":
                Put(_budgets, root, document, name);
                break;

            case "Agent":
                Put(_agents, root, document, name);
                break;

            case "Delegation":
                Put(_delegations, root, document, name);
                _places[Name<DelegationId>(root, document, name)] = (root, name);
                break;

            default:
                throw Fault(name, YamlJson.Locate(root, "$.kind"), $"kind must be Tenant, Budget, Agent or Delegation, not {document.Kind}");
        }
    }

    private static void Put<TName, TSpec>(Dictionary<TName, TSpec> known, YamlNode root, OrganisationDocument document, string name)
        where TName : struct, IParsable<TName>
    {
        if (!known.TryAdd(Name<TName>(root, document, name), Spec<TSpec>(root, document, name)))
            throw Fault(name, YamlJson.Locate(root, "$.metadata.name"), $"there is a {document.Kind} called {document.Metadata.Name} already");
    }

    private static T Name<T>(YamlNode root, OrganisationDocument document, string name) where T : struct, IParsable<T>
    {
        try
        {
            return T.Parse(document.Metadata.Name, null);
        }
        catch (FormatException error)
        {
            throw Fault(name, YamlJson.Locate(root, "$.metadata.name"), $"metadata.name: {error.Message}", error);
        }
    }

    private static T Spec<T>(YamlNode root, OrganisationDocument document, string name) =>
        Read<T>(root, ((YamlMappingNode)root)["spec"], "spec", JsonSerializer.SerializeToUtf8Bytes(document.Spec), name);

    private static T Read<T>(YamlNode root, YamlNode node, string field, byte[] json, string name)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, GenOpsJson.Http)
                ?? throw Fault(name, node.Start, $"{(field.Length == 0 ? "a document" : field)} must not be empty");
        }
        catch (JsonException error)
        {
            var path = error.Path is { Length: > 2 } inner ? inner[2..] : "";
            var place = string.Join('.', new[] { field, path }.Where(part => part.Length > 0));
            var what = error.Message.Split(" Path: ", 2)[0].TrimEnd('.');
            throw Fault(
                name, node == root ? YamlJson.Locate(root, error.Path) : YamlJson.Locate(node, error.Path),
                place.Length == 0 ? what : $"{place}: {what}", error);
        }
    }

    private static DemoException Fault(string name, Mark at, string what, Exception? inner = null) => new($"{name}:{at.Line}: {what}", inner);
}
