-- Who may do what, without the many refusals between: an agent's own acts in order, and a tenant's in the order of commits.
-- The kinds are part of the condition, to the letter; a kind that joins them needs new indexes.
CREATE INDEX ledger_authority_stream ON ledger (stream, seq)
WHERE kind IN ('agent.defined', 'agent.suspended', 'agent.resumed', 'agent.closed', 'delegation.granted', 'delegation.changed', 'delegation.revoked');

-- With the row's position as its hidden last column.
CREATE INDEX ledger_authority_tenant ON ledger (tenant)
WHERE kind IN ('agent.defined', 'agent.suspended', 'agent.resumed', 'agent.closed', 'delegation.granted', 'delegation.changed', 'delegation.revoked');
