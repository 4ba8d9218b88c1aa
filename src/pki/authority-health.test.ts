import { beforeAll, describe, expect, it } from 'vitest'
import { createTinyCa, type TinyCa } from '../../test/support/tiny-ca.ts'
import { judgeAuthorities } from './authority-health.ts'
import type { Authority } from './authority.ts'
import { parseCertificate } from './certificate.ts'

const made = new Date('2026-03-02T01:30:00Z')
const dayMs = 86_400_000
let ca: TinyCa
let end: number
beforeAll(async () => {
  ca = await createTinyCa({ clock: { now: () => made } })
  end = parseCertificate(ca.issuing.citizen.certificateDer).notAfter.getTime()
})

const daysBeforeEnd = (days: number) => new Date(end - days * dayMs)

function levels(authorities: readonly Authority[], now: Date): Record<string, string> {
  const findings = judgeAuthorities(authorities, now)
  return Object.fromEntries(findings.map(({ subject, level }) => [subject, level]))
}

describe('judgeAuthorities', () => {
  it('is green with years to go', () => {
    expect(levels(ca.authorities, made)).toEqual({
      'authority root': 'green',
      'authority civil-servant': 'green',
      'authority citizen': 'green',
      'authority enterprise': 'green',
      'authority terminal': 'green',
    })
  })

  it('warns of an issuing authority ninety days before its end, of a root a year before', () => {
    expect(levels(ca.authorities, daysBeforeEnd(91))['authority citizen']).toBe('green')
    expect(levels(ca.authorities, daysBeforeEnd(89))['authority citizen']).toBe('amber')
    expect(levels(ca.authorities, daysBeforeEnd(366))['authority root']).toBe('green')
    expect(levels(ca.authorities, daysBeforeEnd(364))['authority root']).toBe('amber')
  })

  it('takes other limits', () => {
    const limits = { issuingDays: 400, rootDays: 10 }
    const found = judgeAuthorities(ca.authorities, daysBeforeEnd(300), limits)
    const level = (subject: string) => found.find((one) => one.subject === subject)?.level
    expect([level('authority root'), level('authority citizen')]).toEqual(['green', 'amber'])
  })

  it('says how to make the successor of one that has ended', () => {
    const found = judgeAuthorities(ca.authorities, daysBeforeEnd(-1))
    expect(found.find(({ subject }) => subject === 'authority citizen')).toMatchObject({
      level: 'red',
      advice: 'make its successor: ecard ca rollover --kind citizen',
    })
  })

  it('is red before an authority begins: the clock is wrong', () => {
    const before = new Date(made.getTime() - 1001 * dayMs)
    expect(levels(ca.authorities, before)['authority root']).toBe('red')
  })

  it('lets a retired one end in peace', () => {
    const retired = ca.authorities.map((row) =>
      row.kind === 'citizen' ? { ...row, state: 'retired' as const } : row,
    )
    expect(levels(retired, daysBeforeEnd(-1))['authority citizen']).toBe('amber')
    const found = judgeAuthorities(retired, daysBeforeEnd(-1))
    const citizen = found.filter(({ subject }) => subject === 'authority citizen')
    expect(citizen.map(({ message }) => message)).toEqual([
      'retired, ended',
      'nobody issues for citizen',
    ])
  })

  it('misses every kind before the ceremony', () => {
    const found = judgeAuthorities([], made)
    expect(found).toHaveLength(5)
    expect(found.every(({ level }) => level === 'amber')).toBe(true)
    expect(found[0]?.advice).toBe('hold the key ceremony: ecard ca init')
  })

  it('is red for one whose path to the root does not hold', async () => {
    const stranger = await createTinyCa({ clock: { now: () => made } })
    const smuggled = { ...stranger.issuing.citizen, issuerId: ca.root.id }
    const others = ca.authorities.filter(({ kind }) => kind !== 'citizen')
    expect(levels([...others, smuggled], made)['authority citizen']).toBe('red')
  })
})
