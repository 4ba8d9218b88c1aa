import type { DoctorWords, Said } from './doctor-words.ts'

const said = (subject: string, message: string, advice: string | null = null): Said => ({
  ...{ subject, message, advice },
})
const days = (count: unknown): string => `within ${String(count)} days`

export const doctorEn: DoctorWords = {
  levels: { green: 'green', amber: 'amber', red: 'red' },
  headings: ['', 'what', 'how it is'],
  toDo: (advice) => `To do: ${advice}`,
  notes: `
Each line begins with a sign: ✓ well (green), ! wants attention (amber), ✗ does not work (red).
Exit status: 0 nothing is red, 1 something is.
`,
  findings: {
    'database.answers': ({ version, migration }) =>
      said('database', `PostgreSQL ${String(version)} answers; schema ${String(migration)}`),
    'redis.answers': () => said('Redis', 'answers'),
    'redis.embedded': () =>
      said(
        'Redis',
        'REDIS_URL is not set: one node keeps sessions in its memory, a second one needs Redis',
      ),
    'keystore.opens': () => said('keystore', 'opens'),
    'clock.agrees': ({ seconds }) =>
      said('clock', `agrees with the database’s (${String(seconds)} s apart)`),
    'clock.off': ({ seconds }) =>
      said(
        'clock',
        `this machine and the database are ${String(seconds)} s apart`,
        'set both right by the same time server (NTP)',
      ),
    'disk.enough': ({ free, folder }) =>
      said('disk', `${String(free)} GB free for ${String(folder)}`),
    'disk.low': ({ free, folder }) =>
      said('disk', `only ${String(free)} GB free for ${String(folder)}`, 'make room there'),
    'certificates.well': ({ days: within }) =>
      said('certificates of cards', `none ends ${days(within)}`),
    'certificates.ending': ({ count, days: within }) =>
      said(
        'certificates of cards',
        `${String(count)} end ${days(within)}`,
        'ecard certificate expiring --days 30, then renew those cards: ecard card renew',
      ),
    'terminals.well': ({ days: within }) =>
      said('certificates of terminals', `none ends ${days(within)}`),
    'terminals.ending': ({ count, days: within }) =>
      said(
        'certificates of terminals',
        `${String(count)} end ${days(within)}`,
        'see ecard terminal list; enrol those machines again',
      ),
    'audit.well': ({ linked }) => said('audit log', `${String(linked)} events in the chain`),
    'operators.none': () =>
      said(
        'operators',
        'nobody is appointed: whoever reaches this registry may change it',
        'ecard operator bootstrap --holder WHO --apply',
      ),
    'operators.locked-out': () =>
      said(
        'operators',
        'no administrator of the whole province has a good card',
        'on the machine with the keystore: ecard operator recover --help',
      ),
    'operators.one': () =>
      said(
        'operators',
        'one administrator of the whole province has a good card: nobody can replace it',
        'ecard operator grant --holder WHO --role administrator --reason "..." --apply',
      ),
    'operators.well': ({ count }) =>
      said('operators', `${String(count)} administrators of the whole province have good cards`),
    'audit.behind': ({ waiting }) =>
      said(
        'audit log',
        `${String(waiting)} events wait for more than a minute to be linked`,
        'start the service, or: ecard audit checkpoint --apply',
      ),
    'audit.moved': () =>
      said(
        'audit log',
        'the registry came from another PostgreSQL: nothing is linked',
        'ecard audit checkpoint --moved --apply',
      ),
    'audit.unsigned': ({ unsigned, since }) =>
      said(
        'audit log',
        `${String(unsigned)} events are not signed; last checkpoint ${String(since)}`,
        'start the service, or: ecard audit checkpoint --apply',
      ),
    'issuances.none': () => said('unfinished cards', 'none'),
    'issuances.unfinished': ({ count, since }) =>
      said(
        'unfinished cards',
        `${String(count)}, the oldest since ${String(since)}`,
        'see ecard card issuances; issue again with the card on the reader, or give it up',
      ),
    'puk.none': () => said('PUKs read out', 'none'),
    'puk.read-out': ({ count }) =>
      said(
        'PUKs read out',
        `${String(count)} cards still have a PUK that somebody was told`,
        'unblock those cards at a desk or renew them: that replaces the PUK',
      ),
    'logout.none': () => said('sign-out notices', 'all delivered'),
    'logout.stuck': ({ open, waiting }) =>
      said(
        'sign-out notices',
        `${String(open)} applications do not answer, ${String(waiting)} ended sessions wait`,
        'see that the service runs and that those applications are up: ecard client list',
      ),
    'mail.none': () => said('mails', 'none given up in 7 days, none waits long'),
    'mail.failed': ({ count, error }) =>
      said(
        'mails',
        `${String(count)} could not be delivered in the last 7 days; the last: ${String(error)}`,
        'check those people’s addresses (ecard holder show) and mail.failed in the service’s log',
      ),
    'mail.waiting': ({ count, since }) =>
      said(
        'mails',
        `${String(count)} wait to be sent, the oldest since ${String(since)}`,
        'see that the service runs with ECARD_SMTP_HOST set and that the mail server answers',
      ),
    'reader.no-library': () =>
      said('card readers', 'the PC/SC addon is not installed here, which only a desk needs'),
    'reader.no-service': () =>
      said('card readers', 'pcscd does not run', 'systemctl enable --now pcscd.socket'),
    'reader.none': () =>
      said('card readers', 'none is plugged in', 'check the cable, where this machine is a desk'),
    'reader.empty': ({ reader }) => said(`reader ${String(reader)}`, 'no card on it'),
    'reader.card': ({ reader }) => said(`reader ${String(reader)}`, 'a card is on it'),
    'reader.storage-card': ({ reader }) =>
      said(
        `reader ${String(reader)}`,
        'the card on it only stores data (MIFARE, NTAG) and can never be an e-card',
        'take it away and use a PIV card',
      ),
    'reader.several': ({ count }) =>
      said(
        'card readers',
        `cards are on ${String(count)} readers`,
        'leave one card, or name the reader with --reader',
      ),
    'agent.none': () => said('agent', 'this machine is no terminal'),
    'agent.unreadable': ({ problem }) =>
      said('agent', String(problem), 'enrol the terminal again: ecard-agent enrol'),
    'agent.not-running': ({ terminal }) =>
      said('agent', `enrolled as ${String(terminal)}, not running`, 'ecard-agent run'),
    'agent.offline': ({ terminal, channel }) =>
      said(
        'agent',
        `runs as ${String(terminal)}, channel ${String(channel)}`,
        'see that the service runs and that this machine reaches it',
      ),
    'agent.well': ({ terminal }) => said('agent', `runs as ${String(terminal)}, connected`),
    'agent.not-paired': ({ terminal }) =>
      said(
        'agent',
        `runs as ${String(terminal)}; no browser was ever paired with it`,
        'ecard-agent pair',
      ),
  },
}
