import { describe, expect, it } from 'vitest'
import { createOcspAnswerCache, type OcspAnswer } from './ocsp-answer-cache.ts'
import type { CertId } from './ocsp-request.ts'

const authorityId = '0b3f4c5d-0000-4000-8000-000000000001'
const producedAt = new Date('2026-03-02T01:00:00Z')
const nextUpdate = new Date('2026-03-02T02:00:00Z')
const now = producedAt

function certId(serialNumber: string, form = 'sha1'): CertId {
  const der = Buffer.from(`${form} ${serialNumber}`)
  return { der, hash: 'sha1', issuerHashes: '', serialNumber }
}

function answer(text: string): OcspAnswer {
  return { der: Buffer.from(text), keeping: { producedAt, nextUpdate, digest: '' } }
}

describe('kept answers', () => {
  it('are found for the very same question', () => {
    const cache = createOcspAnswerCache()
    const kept = answer('good')
    cache.keep(authorityId, certId('4a'), { answer: kept, ticket: cache.ticket() })
    expect(cache.find(authorityId, certId('4a'), now)).toBe(kept)
    expect(cache.find(authorityId, certId('4b'), now)).toBeNull()
    expect(cache.find(authorityId, certId('4a', 'sha256'), now)).toBeNull()
    expect(cache.find('another authority', certId('4a'), now)).toBeNull()
  })

  it('are forgotten in every form when their certificate changes', () => {
    const cache = createOcspAnswerCache()
    const ticket = cache.ticket()
    for (const form of ['sha1', 'sha256']) {
      cache.keep(authorityId, certId('4a', form), { answer: answer(form), ticket })
    }
    cache.forget(`${authorityId} 4a`)
    for (const form of ['sha1', 'sha256']) {
      expect(cache.find(authorityId, certId('4a', form), now)).toBeNull()
    }
  })

  it('are not taken from who read before a change', () => {
    const cache = createOcspAnswerCache()
    const ticket = cache.ticket()
    cache.forget(`${authorityId} 4a`)
    cache.keep(authorityId, certId('4a'), { answer: answer('old'), ticket })
    expect(cache.find(authorityId, certId('4a'), now)).toBeNull()
  })

  it('do not outgrow their memory, by certificates or by forms of a question', () => {
    const cache = createOcspAnswerCache(2)
    const keep = (id: CertId) => {
      cache.keep(authorityId, id, { answer: answer('x'), ticket: cache.ticket() })
    }
    for (const serial of ['01', '02', '03']) keep(certId(serial))
    expect(cache.find(authorityId, certId('01'), now)).toBeNull()
    for (let form = 0; form < 9; form++) keep(certId('03', String(form)))
    const found = Array.from({ length: 9 }, (_, form) =>
      cache.find(authorityId, certId('03', String(form)), now),
    )
    expect(found.filter((one) => one !== null)).toHaveLength(4)
  })
})
