-- A node that lost its listening connection asks what has ended since: small, so it stays fast.

create index cards_ended_since on cards (state_since)
  where state in ('suspended', 'revoked', 'expired', 'replaced');
create index holders_ended_since on holders (state_since) where state = 'inactive';
create index terminals_ended_since on terminals (state_since) where state = 'withdrawn';
create index certificates_ended_since on certificates (revoked_at) where revoked_at is not null;
