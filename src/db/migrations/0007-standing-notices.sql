-- Whoever listens on `ecard_standing` learns of each end of a standing when it commits:
-- {"kind": "card" | "holder" | "terminal", "id": "<uuid>"}.

create function tell_standing(kind text, id uuid) returns void language sql as $$
  select pg_notify('ecard_standing', json_build_object('kind', kind, 'id', id)::text)
$$;

create function tell_card_standing() returns trigger language plpgsql as $$
begin
  perform tell_standing('card', new.card_uuid);
  return null;
end $$;

create function tell_holder_standing() returns trigger language plpgsql as $$
begin
  perform tell_standing('holder', new.id);
  return null;
end $$;

create function tell_terminal_standing() returns trigger language plpgsql as $$
begin
  perform tell_standing('terminal', new.id);
  return null;
end $$;

create function tell_certificate_standing() returns trigger language plpgsql as $$
begin
  if new.card_uuid is not null then
    perform tell_standing('card', new.card_uuid);
  else
    perform tell_standing('terminal', new.terminal_id);
  end if;
  return null;
end $$;

create trigger cards_tell_standing after update of state on cards
  for each row when (old.state <> new.state
    and new.state in ('suspended', 'revoked', 'expired', 'replaced'))
  execute function tell_card_standing();
create trigger holders_tell_standing after update of state on holders
  for each row when (old.state <> new.state and new.state = 'inactive')
  execute function tell_holder_standing();
create trigger terminals_tell_standing after update of state on terminals
  for each row when (old.state <> new.state and new.state = 'withdrawn')
  execute function tell_terminal_standing();
-- A superseded certificate has a successor: whoever signed in by it stays.
create trigger certificates_tell_standing after update of status on certificates
  for each row when (old.status <> new.status and new.status in ('suspended', 'revoked'))
  execute function tell_certificate_standing();
