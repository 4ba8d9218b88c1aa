import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Queryable } from '../db/pool.ts'
import { findDer, findLastBySlug } from './crl-store.ts'

/** A list in force, as the endpoint that certificates point to hands it out. */
export interface LatestCrl {
  readonly der: Buffer
  readonly number: bigint
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  /** A strong entity tag with its quotation marks (RFC 9110 §8.8.3). */
  readonly etag: string
}

export interface LatestCrls {
  /**
   * The list in force of an authority's part, by the authority's name in addresses; null where
   * there is none. One short look-up each time; the octets come from memory unless they changed.
   */
  find(slug: string, partition: number): Promise<LatestCrl | null>
}

/** A hundred thousand entries take some five megabytes. */
const maxRememberedBytes = 64 * 1024 * 1024

export function createLatestCrls(db: Queryable): LatestCrls {
  const remembered = new LRUCache<string, LatestCrl>({
    maxSize: maxRememberedBytes,
    sizeCalculation: ({ der }) => der.length,
  })
  return {
    find: async (slug, partition) => {
      const last = await findLastBySlug(db, slug, partition)
      if (last === null) return null
      const { authorityId, number, thisUpdate, nextUpdate } = last
      const key = `${authorityId} ${partition}`
      const known = remembered.get(key)
      if (known?.number === number) return known
      const der = await findDer(db, last, number)
      if (der === null) return null
      const etag = `"${createHash('sha256').update(der).digest('hex').slice(0, 32)}"`
      const list = { der, number, thisUpdate, nextUpdate, etag }
      remembered.set(key, list)
      return list
    },
  }
}
