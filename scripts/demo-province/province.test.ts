import { describe, expect, it } from 'vitest'
import { applications } from './applications.ts'
import * as province from './province.ts'

const everything = JSON.stringify({ ...province, applications })

describe('the invented province', () => {
  it('has the offices that the demonstration promises', () => {
    const count = (prefix: string) =>
      province.agencies.filter(({ name }) => name.vi.startsWith(prefix)).length
    expect([count('Sở '), count('Phường '), count('Xã ')]).toEqual([4, 2, 3])
  })

  it('is written in NFC, as the database asks', () => {
    expect(everything).toBe(everything.normalize('NFC'))
  })

  it('uses numbers and addresses that cannot belong to anybody', () => {
    const people = Object.values(province.people)
    for (const { nationalNumber } of people) expect(nationalNumber).toMatch(/^000\d{9}$/)
    expect(province.company.taxCode).toMatch(/^00\d{8}$/)
    for (const { email } of [...people, province.company]) expect(email).toMatch(/\.example$/)
  })

  it('gives each application a policy of its own', () => {
    const policies = applications.map(({ leastLevel, cardKinds, cardCompulsoryFrom }) =>
      JSON.stringify([leastLevel, [...cardKinds].sort(), cardCompulsoryFrom]),
    )
    expect(new Set(policies).size).toBe(applications.length)
  })
})
