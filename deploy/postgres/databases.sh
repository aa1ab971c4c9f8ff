#!/bin/sh
# Run once by the image, on an empty data directory: a role and databases of its own for Temporal and for nightshift.
set -eu

role() {
  psql --set=ON_ERROR_STOP=1 --set=name="$1" --set=password="$(cat "/run/secrets/$2")" --username postgres <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
SQL
}

role temporal temporal-database-password
role nightshift nightshift-database-password
createdb --username postgres --owner temporal temporal
createdb --username postgres --owner temporal temporal_visibility
createdb --username postgres --owner nightshift nightshift
