-- Passkeys (WebAuthn credentials): the other way in, at home and on a phone.

create table passkeys (
  id uuid primary key,
  holder_id uuid not null references holders (id),
  -- What its holder is admitted as: the kind of the card that vouched for the registration.
  card_kind text not null check (card_kind in ('civil-servant', 'citizen', 'enterprise')),
  -- WebAuthn bounds it to 1023 bytes, which an index row still holds.
  credential_id bytea not null check (octet_length(credential_id) between 1 and 1023),
  user_handle bytea not null check (octet_length(user_handle) between 16 and 64),
  -- COSE_Key (RFC 9052 §7).
  public_key bytea not null,
  sign_count bigint not null check (sign_count between 0 and 4294967295),
  aaguid uuid not null,
  transports text[] not null,
  backup_eligible boolean not null,
  backup_state boolean not null,
  attestation_format text not null check (attestation_format <> ''),
  -- Kept where it was asked for, so that it can be judged again by newer metadata.
  attestation_object bytea,
  attestation_verdict text not null
    check (attestation_verdict in ('none', 'self', 'unlisted', 'trusted', 'untrusted', 'withdrawn')),
  name text not null check (name <> '' and name is nfc normalized and length(name) <= 60),
  -- What let it be registered: a card and PIN a moment before, or a temporary pass that says so.
  proof_kind text not null check (proof_kind in ('card', 'pass')),
  proof_card_uuid uuid references cards (card_uuid),
  proof_pass_id uuid,
  created_at timestamptz not null,
  last_used_at timestamptz,
  -- Where: the card reader that the browser is paired with, and the sort of browser; no address.
  last_used_terminal_id uuid references terminals (id),
  last_used_device text check (last_used_device <> ''),
  state text not null check (state in ('active', 'flagged', 'revoked')),
  state_since timestamptz not null,
  state_by text,
  state_reason text,
  constraint passkeys_backup check (backup_eligible or not backup_state),
  constraint passkeys_proof check (
    (proof_kind = 'card') = (proof_card_uuid is not null)
    and (proof_kind = 'pass') = (proof_pass_id is not null)),
  constraint passkeys_end_has_reason check ((state = 'active') = (state_reason is null))
);

create unique index passkeys_credential on passkeys (credential_id);
create index passkeys_holder on passkeys (holder_id);
create index passkeys_ended_since on passkeys (state_since) where state <> 'active';

-- What has ended stays so, and a suspected copy is not believed again.
create function enforce_passkey_transition() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' and new.state <> 'active'
    or tg_op = 'UPDATE' and (old.state, new.state) not in
      (('active', 'flagged'), ('active', 'revoked'), ('flagged', 'revoked'))
  then
    raise exception 'a passkey cannot become % like this', new.state
      using errcode = 'check_violation', constraint = 'passkeys_follow_transitions';
  end if;
  return new;
end $$;

create trigger passkeys_start_active before insert on passkeys
  for each row execute function enforce_passkey_transition();
create trigger passkeys_follow_transitions before update of state on passkeys
  for each row when (old.state <> new.state) execute function enforce_passkey_transition();

create function refuse_passkey_identity_change() returns trigger language plpgsql as $$
begin
  raise exception 'holder and key of passkey % are final', old.id
    using errcode = 'check_violation', constraint = 'passkeys_identity_is_final';
end $$;

create trigger passkeys_identity_is_final
  before update of id, holder_id, card_kind, credential_id, user_handle, public_key on passkeys
  for each row when (
    (old.id, old.holder_id, old.card_kind, old.credential_id, old.user_handle, old.public_key)
    is distinct from
    (new.id, new.holder_id, new.card_kind, new.credential_id, new.user_handle, new.public_key))
  execute function refuse_passkey_identity_change();

-- Ten a holder. The lock on the holder makes two registrations at once count each other.
create function limit_passkeys() returns trigger language plpgsql as $$
begin
  perform from holders where id = new.holder_id for no key update;
  if (select count(*) from passkeys where holder_id = new.holder_id and state <> 'revoked') >= 10
  then
    raise exception 'holder % has ten passkeys', new.holder_id
      using errcode = 'check_violation', constraint = 'passkeys_ten_per_holder';
  end if;
  return new;
end $$;

create trigger passkeys_ten_per_holder before insert on passkeys
  for each row execute function limit_passkeys();

create function tell_passkey_standing() returns trigger language plpgsql as $$
begin
  perform tell_standing('passkey', new.id);
  return null;
end $$;

create trigger passkeys_tell_standing after update of state on passkeys
  for each row when (old.state = 'active' and new.state <> 'active')
  execute function tell_passkey_standing();
