#!/bin/sh
# Run once by the image, on an empty data directory: a role and databases of its own for Temporal and for nightshift.
set -eu

role() {
  # On a line of its own: a failure inside an argument would make a role with an empty password.
  password=$(cat "/run/secrets/$2")
  if [ -z "$password" ]; then
    echo "the secret $2 is empty" >&2
    exit 1
  fi
  psql --set=ON_ERROR_STOP=1 --set=name="$1" --set=password="$password" --username postgres <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
SQL
}

role temporal temporal-database-password
role nightshift nightshift-database-password
createdb --username postgres --owner temporal temporal
createdb --username postgres --owner temporal temporal_visibility
createdb --username postgres --owner nightshift nightshift
