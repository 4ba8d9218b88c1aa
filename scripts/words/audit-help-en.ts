import type { AuditHelpWords } from './audit-help-words.ts'

export const auditHelpEn: AuditHelpWords = {
  list: 'show the newest events, newest first',
  verify: 'prove that no event was changed, removed, reordered or inserted, or say which',
  verifyNotes: `
Exit status: 0 intact, 1 broken (or not able to tell, with a code on standard error).
Whoever may write to PostgreSQL and to the keystore can rewrite the end of the chain. Only a
checkpoint and a key that were kept elsewhere show it.
`,
  export: 'write events as JSON lines, each with its place and hash in the chain',
  exportNotes: `
Each line can be checked by itself: hash is the SHA-256 of the octets of previous and the text of
event as it stands in the line. Without a filter each previous is the hash of the line before. Lines
of type checkpoint hold a signature (a compact JWS, ES256) over the hash so far.
`,
  checkpoint: 'link and sign everything that happened up to now',
  checkpointNotes: `
The running service signs every five minutes by itself.
`,
  key: 'show the public keys that checkpoints are verified with, oldest first',
  limit: 'at most so many',
  event: 'only these events, such as card.suspended',
  outcome: 'only these',
  actor: 'only what this holder or program asked for',
  holder: 'only events about this holder',
  card: 'only events about this card',
  terminal: 'only events at this terminal',
  client: 'only events of this application',
  from: 'from this day or instant on, such as 2026-03-01',
  to: 'up to this day or instant, which is left out',
  aTime: 'A day like 2026-03-01 or an instant like 2026-03-01T08:00+07:00.',
  sinceCheckpoint: 'only what came after the last checkpoint, or after --checkpoint',
  checkpointFile: 'the chain must contain this one, which was kept elsewhere',
  publicKey: 'the audit keys that were kept elsewhere, in PEM',
  exportOut: 'a new file; without this, standard output',
  checkpointOut: 'write the last checkpoint to a new file, to keep it elsewhere',
  moved: 'tell the chain that the registry was restored on another PostgreSQL',
  keyOut: 'write them to a new file, to keep it elsewhere',
  renew: 'let a new key sign from now on',
  renewApply: 'with --renew: do it; without this, only say what would change',
  events: 'Events',
}
