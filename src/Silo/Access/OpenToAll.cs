namespace GenOps.ControlPlane.Silo.Access;

/// <summary>Marks an endpoint that answers without a credential, because nothing in its answer belongs to anybody.</summary>
internal sealed record OpenToAll;
