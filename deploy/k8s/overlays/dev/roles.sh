#!/bin/sh
# Runs once, when the database's volume is empty: the owner of the tables (migrations) and the
# services' role, which row-level security binds (no superuser, no BYPASSRLS).
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$OWNER_PASSWORD" --set service_password="$SERVICE_PASSWORD" <<'SQL'
CREATE ROLE mostrador_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE mostrador_service LOGIN NOBYPASSRLS PASSWORD :'service_password';
CREATE DATABASE mostrador OWNER mostrador_owner;
REVOKE ALL ON DATABASE mostrador FROM PUBLIC;
GRANT CONNECT ON DATABASE mostrador TO mostrador_service;
SQL
