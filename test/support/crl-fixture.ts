import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '../../src/db/pool.ts'
import type { KeyAlgorithm } from '../../src/keystore/keystore.ts'
import type { Authority } from '../../src/pki/authority.ts'
import { publishCrl } from '../../src/pki/crl-publish.ts'
import { createLatestCrls } from '../../src/pki/crl-latest.ts'
import { makeCrlAuthorities, type CrlAuthorities } from './crl-authorities.ts'
import { migratedTestDatabase } from './migrated-database.ts'

/** Authorities that publish lists, on a database and in a folder of their own. */
export interface CrlFixture extends CrlAuthorities {
  readonly db: Database
  readonly url: string
  /** For files of other tools. */
  readonly folder: string
  /** Of the keystore. */
  readonly directory: string
  /** The clock's instant; tests move it. */
  now: Date
  /** Publishes and gives back the list in force; the issuing authority's unless another is given. */
  publish(authority?: Authority, partition?: number): Promise<Buffer>
  /** Writes DER as PEM into the folder, for tools that want that. */
  writePem(name: string, label: 'CERTIFICATE' | 'X509 CRL', der: Buffer): Promise<void>
  close(): Promise<void>
}

export const crlInstant = new Date('2026-03-02T01:30:00Z')

export interface CrlFixtureOptions {
  readonly partitions?: number
  readonly algorithm?: KeyAlgorithm
  readonly now?: Date
}

export async function createCrlFixture(options: CrlFixtureOptions = {}): Promise<CrlFixture> {
  const database = await migratedTestDatabase()
  const { db, url } = database
  const folder = await mkdtemp(join(tmpdir(), 'ecard-crl-'))
  const directory = join(folder, 'keystore')
  const fixture = { now: options.now ?? crlInstant }
  const clock = { now: () => fixture.now }
  const authorities = await makeCrlAuthorities({ ...options, db, clock, directory })
  return Object.assign(fixture, {
    ...{ ...authorities, db, url, folder, directory },
    publish: async (authority: Authority = authorities.issuing, partition = 0) => {
      const options = { when: 'always', actor: 'test' } as const
      await publishCrl(authorities.deps, { authority, partition }, options)
      const list = await createLatestCrls(db).find(authority.slug, partition)
      if (list === null) throw new Error('nothing was published')
      return list.der
    },
    writePem: (name: string, label: string, der: Buffer) => {
      const lines = der.toString('base64').match(/.{1,64}/g) ?? []
      const text = `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
      return writeFile(join(folder, name), text)
    },
    close: async () => {
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  })
}
