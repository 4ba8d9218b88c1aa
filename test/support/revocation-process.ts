/**
 * Revokes or publishes in a process of its own, which dies where it is told to:
 *
 *   revocation-process.ts URL KEYSTORE INSTANT CALL before|during revoke AUTHORITY SERIAL
 *   revocation-process.ts URL KEYSTORE INSTANT CALL before|during revoke-card CARD
 *   revocation-process.ts URL KEYSTORE INSTANT CALL before|during publish AUTHORITY [TIMES]
 */
import { setTimeout as pause } from 'node:timers/promises'
import { revokeCard } from '../../src/cards/revoke-card.ts'
import { openDatabase } from '../../src/db/pool.ts'
import { silentLog } from '../../src/log.ts'
import { createAuthorityStore } from '../../src/pki/authority-store.ts'
import { publishCrl } from '../../src/pki/crl-publish.ts'
import { revokeCertificate } from '../../src/pki/revocation.ts'
import { openCrlDeps, type CrlDeps } from './crl-authorities.ts'
import { dyingPorts } from './dying-ports.ts'

const [url = '', directory = '', instant = '', call = '', when = '', verb = '', ...rest] =
  process.argv.slice(2)
const [subject = '', detail = ''] = rest
const clock = { now: () => new Date(instant) }
const db = openDatabase({ url, log: silentLog, maxConnections: 3 })
const opened = await openCrlDeps({ db, clock, directory })
const death = { atCall: Number(call), when: when === 'before' ? 'before' : 'during' } as const
const deps: CrlDeps = { ...opened, ...dyingPorts(opened, death) }

const verbs: Readonly<Record<string, () => Promise<unknown>>> = {
  revoke: () =>
    revokeCertificate(deps, {
      certificate: { authorityId: subject, serialNumber: detail },
      ...{ reason: 'keyCompromise', actor: 'test', role: 'administrator' },
    }),
  'revoke-card': () =>
    revokeCard(deps, { cardUuid: subject, actor: 'test', reason: 'lost', cause: 'lost' }),
  publish: async () => {
    const authority = await createAuthorityStore(opened.db).findAuthority(subject)
    if (authority === null) throw new Error('no such authority')
    const options = { when: 'always', actor: 'test' } as const
    for (let published = 0; published < Number(detail || 1);) {
      const done = await publishCrl(deps, { authority, partition: 0 }, options)
      if (done.outcome === 'published') {
        process.stdout.write(`published ${done.list.number}\n`)
        published++
      } else if (done.outcome === 'busy') await pause(1)
      else throw new Error(`not published: ${done.outcome}`)
    }
  },
}

await verbs[verb]?.()
process.stdout.write('done\n')
await db.close()
