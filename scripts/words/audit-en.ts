import type { AuditWords } from './audit-words.ts'

const n = (value: number): string => value.toLocaleString('en')
const event = (id: string | null): string => (id === null ? 'an event' : `event ${id}`)

export const auditEn: AuditWords = {
  headings: ['Time (UTC)', 'Event', 'Outcome', 'By', 'On', 'Terminal', 'Why', 'Approval'],
  nothingFound: 'No such events.',
  intact: (checked, afterSeq) =>
    afterSeq === 0
      ? `Intact: ${n(checked)} events.`
      : `Intact: ${n(checked)} events since the checkpoint at ${n(afterSeq)}.`,
  broken: (count) => `BROKEN in ${n(count)} ${count === 1 ? 'place' : 'places'}. The first is:`,
  breaks: {
    changed: ({ seq, eventId }) =>
      `${n(seq)}: ${event(eventId)} does not fit its hash: it was changed, or what came before it was removed without a trace.`,
    removed: ({ seq, eventId }) => `${n(seq)}: ${event(eventId)} was removed.`,
    inserted: ({ seq, eventId }) =>
      `${n(seq)}: ${event(eventId)} was inserted later; the chain does not know it.`,
    reordered: ({ seq, eventId }) => `${n(seq)}: ${event(eventId)} belongs to another place.`,
    'link-changed': ({ seq, eventId }) =>
      `${n(seq)}: the link of ${event(eventId)} was changed; the event itself fits.`,
    'link-removed': ({ seq }) => `${n(seq)}: the link was removed.`,
    truncated: ({ seq, checkpoint }) =>
      `${n(seq)}: the end was cut off: checkpoint ${checkpoint ?? '?'} was signed here.`,
    'checkpoint-unsigned': ({ seq, checkpoint }) =>
      `${n(seq)}: checkpoint ${checkpoint ?? '?'} is not signed by the audit key.`,
    'checkpoint-mismatch': ({ seq, checkpoint, foundAtSeq }) =>
      `${n(seq)}: checkpoint ${checkpoint ?? '?'} signed another chain` +
      (foundAtSeq === null ? '.' : `: what stood here stands at ${n(foundAtSeq)} now.`),
    'checkpoint-removed': ({ seq, checkpoint }) =>
      `${n(seq)}: checkpoint ${checkpoint ?? '?'} was removed before here.`,
    'checkpoint-missing': ({ seq }) => `${n(seq)}: from here on no checkpoint was signed.`,
  },
  notShown: (count) => `… and ${n(count)} more.`,
  lastLink: (seq, hash) => `Last: ${n(seq)}, ${hash}`,
  signedUpTo: (seq) => `Signed up to: ${n(seq)}`,
  waiting: (count, since) => `Not linked yet: ${n(count)}, since ${since}`,
  behind:
    'Events wait for more than a minute. Start the service, or run `ecard audit checkpoint --apply`; if that does not help, a transaction in PostgreSQL hangs.',
  exported: (events, path) => `${n(events)} events written to ${path}.`,
  leftOut: (waiting) => `${n(waiting)} events are not linked yet and are left out.`,
  wouldSign: (events) => `${n(events)} events would be linked and signed.`,
  wouldRestart: 'The chain would be told that the registry was moved to another PostgreSQL.',
  wouldRenewKey: 'A new key would sign checkpoints; what the old one signed stays good.',
  dryRun: 'Nothing changed. Add --apply to do it.',
  nothingToSign: 'Nothing is new since the last checkpoint.',
  signed: (number, seq, hash) => `Checkpoint ${number}: ${n(seq)} events, ${hash}`,
  kept: (path) => `Written to ${path}. Keep it where nobody who runs this registry can change it.`,
  keyRenewed: (name) => `The key ${name} signs from now on. Keep its public key too.`,
  outputExists: (path) => `${path} is there already. Give another name.`,
  unreadable: (path) => `${path} cannot be read or written. Check the path and who may use it.`,
  noKey:
    'The keystore holds no audit key yet. The service makes it with the first checkpoint; elsewhere, name the public key with --public-key.',
  notACheckpoint: (path) => `${path} is no checkpoint that the audit key signed.`,
}
