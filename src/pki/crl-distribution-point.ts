import { contentOf, derTags, readOnly, readValues } from './der.ts'
import { writeExplicit, writeSequence, writeValue } from './der-writer.ts'

/** Which certificates a list is about (RFC 5280 §5.2.5). */
export interface DistributionPoint {
  /** Where certificates of this list say that it is; empty where it names none. */
  readonly urls: readonly string[]
  /** It covers some kinds of certificate or some reasons only, or speaks for other issuers. */
  readonly isRestricted: boolean
}

/** distributionPoint [0], fullName [0], uniformResourceIdentifier [6]. */
const pointTag = 0xa0
const fullNameTag = 0xa0
const urlTag = 0x86

/**
 * One part, by its address: its authority's certificates of all kinds and all reasons. `onlyContains…`
 * is left out, since an authority's own services are on the list of the same part as its holders.
 */
export function writeDistributionPoint(url: string): Buffer {
  const fullName = writeExplicit(0, writeValue(urlTag, Buffer.from(url, 'latin1')))
  return writeSequence(writeExplicit(0, fullName))
}

/** @throws Error for what is not an IssuingDistributionPoint */
export function readDistributionPoint(value: Buffer): DistributionPoint {
  const parts = readValues(readOnly(value, derTags.sequence))
  const point = parts.find(({ tag }) => tag === pointTag)
  return {
    urls: point === undefined ? [] : readUrls(point.content),
    isRestricted: parts.some(({ tag }) => tag !== pointTag),
  }
}

function readUrls(point: Buffer): string[] {
  const [name, ...more] = readValues(point)
  if (more.length > 0) throw new Error('a distribution point has one name')
  return readValues(contentOf(name, fullNameTag))
    .filter(({ tag }) => tag === urlTag)
    .map(({ content }) => content.toString('latin1'))
}
