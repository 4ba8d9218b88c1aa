-- Cards that were issued on a desk of ours: what was put on them, and how far each attempt came.

alter table cards
  -- Which PUK and management key, diversified from the master by card and version, are on the card;
  -- null where it was issued without.
  add column puk_version integer check (puk_version > 0),
  add column management_key_version integer check (management_key_version > 0),
  add column management_key_algorithm text
    check (management_key_algorithm in ('3DES', 'AES-128', 'AES-192', 'AES-256')),
  -- The card that this one was issued in the place of.
  add column replaces uuid references cards (card_uuid) check (replaces <> card_uuid),
  -- As the chip says it; null where it does not.
  add column chip_serial text check (chip_serial <> ''),
  add column firmware text check (firmware <> ''),
  add constraint cards_management_key
    check ((management_key_version is null) = (management_key_algorithm is null));

create index cards_replaces on cards (replaces) where replaces is not null;
create index cards_chip on cards (chip_serial) where chip_serial is not null;

-- The journal of issuing: one row for each attempt, whose step is written before the card is
-- touched. The card's own row is there before that.
create table card_issuances (
  id uuid primary key,
  card_uuid uuid not null references cards (card_uuid),
  holder_id uuid not null references holders (id),
  kind text not null check (kind in ('civil-servant', 'citizen', 'enterprise')),
  -- The card kind's profile, as it was called.
  profile text not null check (profile <> ''),
  -- The reader or terminal.
  desk text not null check (desk <> ''),
  -- Known before the card carries its UUID: finds the attempt of a card that looks blank.
  chip_serial text check (chip_serial <> ''),
  step text not null check (step <> ''),
  state text not null check (state in ('running', 'finished', 'wiped', 'abandoned')),
  -- Why it was given up.
  reason text,
  actor text not null,
  started_at timestamptz not null,
  step_at timestamptz not null,
  ended_at timestamptz,
  constraint card_issuances_end check ((state = 'running') = (ended_at is null)),
  constraint card_issuances_reason check ((state in ('wiped', 'abandoned')) = (reason is not null))
);

create unique index card_issuances_one_running_per_card on card_issuances (card_uuid)
  where state = 'running';
create unique index card_issuances_one_running_per_chip on card_issuances (chip_serial)
  where state = 'running' and chip_serial is not null;
create index card_issuances_card on card_issuances (card_uuid, started_at);
create index card_issuances_holder on card_issuances (holder_id) where state = 'running';

-- What ends stays as it ended, but that what was given up may still be wiped.
create function enforce_issuance_end() returns trigger language plpgsql as $$
begin
  if old.state <> 'running' and (old.state, new.state) <> ('abandoned', 'wiped') then
    raise exception 'an issuance that is % is over', old.state
      using errcode = 'check_violation', constraint = 'card_issuances_end_is_final';
  end if;
  return new;
end $$;
create trigger card_issuances_end_is_final before update on card_issuances
  for each row execute function enforce_issuance_end();

-- That a key was made on the chip, as the chip's own attestation says it: verified, then kept.
create table card_attestations (
  card_uuid uuid not null references cards (card_uuid),
  slot text not null check (slot in ('9A', '9C', '9D', '9E')),
  -- SHA-256 of the SubjectPublicKeyInfo.
  key_fingerprint bytea not null check (octet_length(key_fingerprint) = 32),
  der bytea not null,
  issuer_der bytea not null,
  chip_serial text,
  firmware text not null,
  at timestamptz not null,
  primary key (card_uuid, slot, key_fingerprint)
);
