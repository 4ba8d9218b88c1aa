-- Authorities that succeed each other, bearers beyond cards and terminals, and what revocation
-- lists are made of.

-- An authority issues until its successor does; then its certificates stay valid, and its
-- revocation list and OCSP go on. A revoked one vouches for nobody.
alter table authorities
  -- Its name in addresses and in the names of its keys: `civil-servant`, then `civil-servant-2`.
  add column slug text collate "C" unique check (slug ~ '^[a-z][a-z0-9-]{0,39}$'),
  add column state text not null default 'issuing'
    check (state in ('issuing', 'retired', 'revoked')),
  add column revoked_at timestamptz,
  add column revocation_reason text check (revocation_reason in ('unspecified', 'keyCompromise',
    'cACompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation',
    'privilegeWithdrawn')),
  -- In how many parts its revocation list is published; the certificates name their part, so it
  -- stays what it was made with.
  add column crl_partitions smallint not null default 1 check (crl_partitions between 1 and 1024),
  -- Null where the key is kept elsewhere, as an offline root's is.
  alter column key_name drop not null,
  add constraint authorities_revocation check
    ((state = 'revoked') = (revoked_at is not null)
      and (state = 'revoked') = (revocation_reason is not null));
update authorities set slug = kind;
alter table authorities alter column slug set not null;
create unique index authorities_one_issuing_per_kind on authorities (kind)
  where state = 'issuing';

-- Nodes load the authorities again when `ecard_authorities` is notified.
create function tell_authorities() returns trigger language plpgsql as $$
begin
  perform pg_notify('ecard_authorities', '');
  return null;
end $$;
create trigger authorities_tell after insert or update or delete on authorities
  for each statement execute function tell_authorities();

alter table certificates
  -- What a certificate of neither card nor terminal is for: `ocsp`, the authority's own responder,
  -- or the DNS name of an inner server.
  add column service text collate "C" check (service <> ''),
  -- SHA-256 of the SubjectPublicKeyInfo; null in rows older than this migration.
  add column key_fingerprint bytea check (octet_length(key_fingerprint) = 32),
  -- The bearer's own key, certified again.
  add column renews_key boolean not null default false,
  add column crl_partition smallint not null default 0 check (crl_partition >= 0),
  drop constraint certificates_of_one_bearer,
  add constraint certificates_of_one_bearer
    check (num_nonnulls(card_uuid, terminal_id, service) = 1),
  drop constraint certificates_signed_unless_prepared,
  -- What was prepared and never finished is settled as revoked: should a signature exist after
  -- all, every list says so.
  add constraint certificates_signed_unless_prepared check (case status
    when 'prepared' then der is null
    when 'revoked' then true
    else der is not null end),
  -- RFC 5280 §5.3.1.
  add constraint certificates_reason check (case status
    when 'suspended' then coalesce(reason = 'certificateHold', false)
    when 'revoked' then coalesce(reason in ('unspecified', 'keyCompromise', 'cACompromise',
      'affiliationChanged', 'superseded', 'cessationOfOperation', 'privilegeWithdrawn'), false)
    else reason is null end);

create unique index certificates_one_active_per_service on certificates (authority_id, service)
  where service is not null and status in ('active', 'suspended');
-- No key is certified for two bearers, and none again after it was revoked.
create unique index certificates_key_once on certificates (key_fingerprint) where not renews_key;
create index certificates_renewed_key on certificates (key_fingerprint) where renews_key;
create index certificates_listed on certificates (authority_id, crl_partition)
  where status in ('revoked', 'suspended');
create index certificates_expiring on certificates (not_after) where status = 'active';
create index certificates_held_since on certificates (status_since) where status = 'suspended';
create index certificates_prepared on certificates (status_since) where status = 'prepared';

create or replace function enforce_certificate_transition() returns trigger language plpgsql as $$
begin
  if new.status <> old.status and (old.status, new.status) not in (values
    ('prepared', 'active'), ('prepared', 'revoked'),
    ('active', 'suspended'), ('active', 'revoked'), ('active', 'superseded'),
    ('suspended', 'active'), ('suspended', 'revoked'), ('suspended', 'superseded'),
    ('superseded', 'revoked')
  ) then
    raise exception 'a certificate cannot go from % to %', old.status, new.status
      using errcode = 'check_violation', constraint = 'certificates_follow_transitions';
  end if;
  if old.der is not null and old.der is distinct from new.der
    or (old.authority_id, old.serial_number, old.card_uuid, old.slot, old.terminal_id, old.service,
        old.crl_partition, old.key_fingerprint)
      is distinct from
      (new.authority_id, new.serial_number, new.card_uuid, new.slot, new.terminal_id, new.service,
        new.crl_partition, new.key_fingerprint) then
    raise exception 'certificate % is final', old.serial_number
      using errcode = 'check_violation', constraint = 'certificates_identity_is_final';
  end if;
  return new;
end $$;

-- A certificate of a service belongs to no card or terminal whose sessions would end.
create or replace function tell_certificate_standing() returns trigger language plpgsql as $$
begin
  if new.card_uuid is not null then
    perform tell_standing('card', new.card_uuid);
  elsif new.terminal_id is not null then
    perform tell_standing('terminal', new.terminal_id);
  end if;
  return null;
end $$;

-- Settling what was prepared and never finished ends nobody's session.
drop trigger certificates_tell_standing on certificates;
create trigger certificates_tell_standing after update of status on certificates
  for each row when (old.status not in (new.status, 'prepared')
    and new.status in ('suspended', 'revoked'))
  execute function tell_certificate_standing();

-- Whoever keeps OCSP answers listens on `ecard_certificates`: "<authority id> <serial number>".
create function tell_certificate_status() returns trigger language plpgsql as $$
begin
  perform pg_notify('ecard_certificates', new.authority_id || ' ' || new.serial_number);
  return null;
end $$;
create trigger certificates_tell_status after update of status on certificates
  for each row when (old.status <> new.status)
  execute function tell_certificate_status();

-- Every revocation list published, whole; the highest number of each part is the one in force.
create table crls (
  authority_id uuid not null references authorities (id),
  partition smallint not null check (partition >= 0),
  -- RFC 5280 §5.2.3: rises with every list.
  number bigint not null check (number > 0),
  this_update timestamptz not null,
  next_update timestamptz not null,
  entries integer not null check (entries >= 0),
  der bytea not null,
  primary key (authority_id, partition, number),
  constraint crls_validity check (this_update < next_update)
);
