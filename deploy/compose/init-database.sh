#!/bin/bash
# Runs once, when the database server is first made: an empty database, the role that owns its schema, and the role of
# the silos, which gets only what migrations grant to the group genops_runtime. deploy/local-cluster.sh runs it, too.
set -euo pipefail

export SECRETS_DIRECTORY=${SECRETS_DIRECTORY:-/run/secrets}

# psql reads the secrets itself: arguments would show them to whoever lists processes.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\set migration_password `cat "$SECRETS_DIRECTORY/migration-password"`
\set runtime_password `cat "$SECRETS_DIRECTORY/runtime-password"`
CREATE ROLE genops_runtime NOLOGIN;
CREATE ROLE genops_migration LOGIN PASSWORD :'migration_password';
CREATE ROLE genops_silo LOGIN PASSWORD :'runtime_password' IN ROLE genops_runtime;
CREATE DATABASE genops OWNER genops_migration;
REVOKE CONNECT, TEMPORARY ON DATABASE genops FROM PUBLIC;
GRANT CONNECT ON DATABASE genops TO genops_runtime;
\connect genops
REVOKE ALL ON SCHEMA public FROM PUBLIC;
SQL
