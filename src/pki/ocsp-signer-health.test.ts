import { beforeAll, describe, expect, it } from 'vitest'
import { createTinyCa, type TinyCa } from '../../test/support/tiny-ca.ts'
import { judgeOcspSigners } from './ocsp-signer-health.ts'

const now = new Date('2026-03-02T01:30:00Z')
const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000)
let ca: TinyCa
beforeAll(async () => {
  ca = await createTinyCa({ clock: { now: () => now } })
})

async function levelWith(daysLeft: number): Promise<string | undefined> {
  const { citizen } = ca.issuing
  const { der, serialNumber } = await ca.issue({ notAfter: inDays(daysLeft), issuer: citizen })
  const signers = [{ authorityId: citizen.id, serialNumber, der }]
  return judgeOcspSigners([citizen], signers, now)[0]?.level
}

describe('judgeOcspSigners', () => {
  it('goes by the time that is left', async () => {
    expect(await levelWith(20)).toBe('green')
    expect(await levelWith(4)).toBe('amber')
    expect(await levelWith(-0.5)).toBe('red')
  })

  it('misses the signer of each authority that answers, and of no other', () => {
    const rows = ca.authorities.map((row) => {
      if (row.kind === 'citizen') return { ...row, state: 'revoked' as const }
      return row.kind === 'terminal' ? { ...row, keyName: null } : row
    })
    const found = judgeOcspSigners(rows, [], now)
    expect(found.map(({ subject, level }) => `${subject} ${level}`)).toEqual([
      'OCSP signer of civil-servant amber',
      'OCSP signer of enterprise amber',
    ])
  })
})
