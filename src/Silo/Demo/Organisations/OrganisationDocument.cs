using System.Text.Json;

namespace GenOps.ControlPlane.Silo.Demo.Organisations;

/// <summary>One document of an organisation: <c>apiVersion: genops/v1</c>.</summary>
/// <param name="ApiVersion">The version of this form.</param>
/// <param name="Kind">What it describes.</param>
/// <param name="Metadata">Its name.</param>
/// <param name="Spec">The body that the HTTP API takes for it.</param>
internal sealed record OrganisationDocument(string ApiVersion, string Kind, DocumentMetadata Metadata, JsonElement Spec);
