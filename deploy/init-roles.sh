#!/bin/sh
# Run by the postgres image on an empty volume: the role that web, worker and beat use, with its password.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --file /roles.sql
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  -v password="$(cat /run/secrets/postgres-web)" <<'SQL'
ALTER ROLE seam_web PASSWORD :'password';
SQL
