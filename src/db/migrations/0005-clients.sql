-- Relying parties and the policy of each.

create table clients (
  client_id text collate "C" primary key check (client_id <> '' and client_id is nfc normalized),
  name_vi text collate "vi-x-icu" not null
    check (name_vi <> '' and name_vi is nfc normalized),
  name_en text not null check (name_en <> '' and name_en is nfc normalized),
  agency_id uuid references agencies (id),
  state text not null check (state in ('active', 'disabled')),
  -- Client metadata as OpenID Connect names it (Dynamic Client Registration 1.0 §2).
  metadata jsonb not null check (jsonb_typeof(metadata) = 'object'),
  secret_hash bytea,
  least_level text not null check (least_level in ('low', 'substantial', 'high')),
  card_kinds text[] not null check (
    cardinality(card_kinds) > 0
    and card_kinds <@ array['civil-servant', 'citizen', 'enterprise']),
  -- null admits every agency.
  agency_ids uuid[] check (cardinality(agency_ids) > 0),
  card_compulsory_from timestamptz,
  -- A secret is kept as a hash and never among the metadata.
  constraint clients_no_open_secret check (not metadata ? 'client_secret')
);

create index clients_agency on clients (agency_id) where agency_id is not null;
