-- Which terminals are issuing desks, and which are connected: for administrators, who do not always
-- reach the store of the nodes.

alter table terminals
  add column is_desk boolean not null default false,
  add constraint terminals_desk_is_managed check (not is_desk or mode = 'managed');

-- A row from a terminal's first connection on. Its node says every minute that it is still there;
-- a connection that another one replaced takes nothing away.
create table terminal_connections (
  terminal_id uuid primary key references terminals (id) on delete cascade,
  connection_id uuid not null,
  connected_at timestamptz not null,
  seen_at timestamptz not null check (seen_at >= connected_at),
  left_at timestamptz,
  readers text[] not null default '{}'
) with (fillfactor = 70);
