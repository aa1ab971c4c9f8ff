#!/bin/sh
# Makes or updates the schema of Temporal's two databases with the server's own tool. Can be repeated.
set -eu
SQL_PASSWORD="$(cat /run/secrets/temporal-database-password)"
export SQL_PASSWORD

for database in temporal visibility; do
  case $database in
    temporal) name=temporal ;;
    visibility) name=temporal_visibility ;;
  esac
  SQL_DATABASE=$name temporal-sql-tool setup-schema -v 0.0
  SQL_DATABASE=$name temporal-sql-tool update-schema -d "/etc/temporal/schema/postgresql/v12/$database/versioned"
done
