import { statfs } from 'node:fs/promises'
import type { Check, Finding } from '../../src/health.ts'
import { openRedis } from '../../src/db/redis.ts'
import type { Keystore } from '../../src/keystore/keystore.ts'
import { silentLog } from '../../src/log.ts'
import type { ConfiguredRegistry } from '../commands/open-authorities.ts'
import { readDatabaseFacts } from './doctor-store.ts'
import { found } from './finding.ts'

export interface DoctorParts extends ConfiguredRegistry {
  readonly keystore: () => Promise<Keystore>
  /** null: the service keeps what expires in its memory. */
  readonly redisUrl: string | null
}

/** What the service runs on. */
export const serviceChecks: readonly Check<DoctorParts>[] = [
  { subject: 'database', run: checkDatabase },
  { subject: 'Redis', run: checkRedis },
  { subject: 'keystore', run: checkKeystore },
  { subject: 'clock', run: checkClock },
  { subject: 'disk', run: checkDisk },
]

async function checkDatabase({ db }: DoctorParts): Promise<Finding[]> {
  const { version, migration } = await readDatabaseFacts(db)
  return [found('green', 'database.answers', { version, migration })]
}

async function checkRedis({ redisUrl: url }: DoctorParts): Promise<Finding[]> {
  if (url === null) return [found('green', 'redis.embedded')]
  const { store, bus } = await openRedis({ url, log: silentLog })
  await Promise.all([store.close(), bus.close()])
  return [found('green', 'redis.answers')]
}

async function checkKeystore({ keystore }: DoctorParts): Promise<Finding[]> {
  await keystore()
  return [found('green', 'keystore.opens')]
}

/** Challenges live for a minute or two: two clocks further apart than this refuse people. */
const mostSecondsApart = 5

async function checkClock({ db, clock }: DoctorParts): Promise<Finding[]> {
  const before = clock.now().getTime()
  const { now } = await readDatabaseFacts(db)
  const middle = (before + clock.now().getTime()) / 2
  const apart = Math.abs(now.getTime() - middle) / 1000
  const seconds = Math.round(apart * 10) / 10
  const isWell = apart <= mostSecondsApart
  return [found(isWell ? 'green' : 'red', isWell ? 'clock.agrees' : 'clock.off', { seconds })]
}

const lowGigabytes = 5
const scarceGigabytes = 1

async function checkDisk({ config }: DoctorParts): Promise<Finding[]> {
  const { bavail, bsize } = await statfs(config.dataDir)
  const free = Math.round((bavail * bsize) / 1e8) / 10
  const facts = { free, folder: config.dataDir }
  if (free >= lowGigabytes) return [found('green', 'disk.enough', facts)]
  return [found(free < scarceGigabytes ? 'red' : 'amber', 'disk.low', facts)]
}
