-- Certification authorities and every certificate they ever issued.

create table authorities (
  id uuid primary key,
  name text not null unique check (name <> '' and name is nfc normalized),
  kind text not null
    check (kind in ('root', 'civil-servant', 'citizen', 'enterprise', 'terminal')),
  certificate_der bytea not null unique,
  -- The name of the private key in the keystore; the key itself is never here.
  key_name text not null unique,
  issuer_id uuid references authorities (id),
  constraint authorities_root_without_issuer check ((kind = 'root') = (issuer_id is null)),
  constraint authorities_not_own_issuer check (issuer_id <> id)
);

create index authorities_issuer on authorities (issuer_id) where issuer_id is not null;

-- A row is written as `prepared` before the authority signs and completed before anyone gets the
-- certificate, so no certificate exists without a row.
create table certificates (
  authority_id uuid not null references authorities (id),
  -- Lower-case hexadecimal without leading zero octets (RFC 5280 §4.1.2.2: positive, at most 20
  -- octets).
  serial_number text collate "C" not null
    check (serial_number ~ '^([0-9a-f]{2}){1,20}$' and serial_number !~ '^00'),
  card_uuid uuid references cards (card_uuid),
  slot text check (slot in ('9A', '9C', '9D', '9E')),
  terminal_id uuid references terminals (id),
  subject text not null,
  not_before timestamptz not null,
  not_after timestamptz not null,
  status text not null
    check (status in ('prepared', 'active', 'suspended', 'revoked', 'superseded')),
  status_since timestamptz not null,
  revoked_at timestamptz,
  reason text,
  der bytea,
  -- SHA-256 of the certificate: worked out here, so that it cannot disagree with it.
  fingerprint bytea generated always as (sha256(der)) stored unique,
  primary key (authority_id, serial_number),
  constraint certificates_of_one_bearer check (num_nonnulls(card_uuid, terminal_id) = 1),
  constraint certificates_slot_of_card check ((card_uuid is null) = (slot is null)),
  constraint certificates_signed_unless_prepared check ((status = 'prepared') = (der is null)),
  constraint certificates_time_of_revocation
    check ((status = 'revoked') = (revoked_at is not null)),
  constraint certificates_validity check (not_before < not_after)
);

-- At most one certificate per card and slot, and per terminal, that could sign anybody in. A
-- suspended one counts: it can become active again.
create unique index certificates_one_active_per_slot on certificates (card_uuid, slot)
  where card_uuid is not null and status in ('active', 'suspended');
create unique index certificates_one_active_per_terminal on certificates (terminal_id)
  where terminal_id is not null and status in ('active', 'suspended');
create index certificates_card on certificates (card_uuid, slot) where card_uuid is not null;
create index certificates_terminal on certificates (terminal_id) where terminal_id is not null;

create function enforce_certificate_transition() returns trigger language plpgsql as $$
begin
  if new.status <> old.status and (old.status, new.status) not in (values
    ('prepared', 'active'),
    ('active', 'suspended'), ('active', 'revoked'), ('active', 'superseded'),
    ('suspended', 'active'), ('suspended', 'revoked'), ('suspended', 'superseded'),
    ('superseded', 'revoked')
  ) then
    raise exception 'a certificate cannot go from % to %', old.status, new.status
      using errcode = 'check_violation', constraint = 'certificates_follow_transitions';
  end if;
  if old.der is not null and old.der is distinct from new.der
    or (old.authority_id, old.serial_number, old.card_uuid, old.slot, old.terminal_id)
      is distinct from
      (new.authority_id, new.serial_number, new.card_uuid, new.slot, new.terminal_id) then
    raise exception 'certificate % is final', old.serial_number
      using errcode = 'check_violation', constraint = 'certificates_identity_is_final';
  end if;
  return new;
end $$;

create trigger certificates_follow_transitions before update on certificates
  for each row execute function enforce_certificate_transition();
