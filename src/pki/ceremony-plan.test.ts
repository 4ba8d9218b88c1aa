import { beforeAll, describe, expect, it } from 'vitest'
import type { Authority, AuthorityKind } from './authority.ts'
import { isDone, planCeremony, type CeremonyStep, type WhatIsThere } from './ceremony-plan.ts'
import { readCeremony, type Ceremony } from './ceremony.ts'

let here: Ceremony
let elsewhere: Ceremony
beforeAll(async () => {
  here = await readCeremony()
  elsewhere = { ...here, rootKey: 'elsewhere' }
})

const nothing: WhatIsThere = { authorities: [], hasKey: () => false }

const summary = (steps: readonly CeremonyStep[]) =>
  steps.map(({ slug, action, issuedBy }) => `${slug} ${action} ${issuedBy}`)

function registered(kind: AuthorityKind, given: Partial<Authority> = {}): Authority {
  const slug = given.slug ?? kind
  return {
    ...{ id: slug, slug, name: slug, kind, certificateDer: Buffer.from(slug), state: 'issuing' },
    ...{ keyName: `ca-${slug}`, issuerId: kind === 'root' ? null : 'root', crlPartitions: 1 },
    ...{ revokedAt: null, revocationReason: null },
    ...given,
  }
}

describe('planCeremony', () => {
  it('makes everything where nothing is there, root first', () => {
    const steps = planCeremony(here, nothing, { place: 'service' })
    expect(summary(steps)).toEqual([
      'root make root',
      'civil-servant make root',
      'citizen make root',
      'enterprise make root',
      'terminal make root',
    ])
    expect(isDone(steps)).toBe(false)
  })

  it('takes up what was cut off: keeps what is there, certifies keys that are there', () => {
    const there = {
      authorities: [registered('root'), registered('citizen')],
      hasKey: (name: string) => name === 'ca-civil-servant',
    }
    expect(summary(planCeremony(here, there, { place: 'service' }))).toEqual([
      'root keep root',
      'civil-servant certify root',
      'citizen keep root',
      'enterprise make root',
      'terminal make root',
    ])
  })

  it('has nothing left to do when all are there', () => {
    const kinds = ['root', 'civil-servant', 'citizen', 'enterprise', 'terminal'] as const
    const there = { ...nothing, authorities: kinds.map((kind) => registered(kind)) }
    expect(isDone(planCeremony(here, there, { place: 'service' }))).toBe(true)
  })

  it('asks for certificates where the root is elsewhere', () => {
    const there = { ...nothing, hasKey: (name: string) => name === 'ca-citizen' }
    const steps = planCeremony(elsewhere, there, { place: 'service' })
    expect(summary(steps)).toEqual([
      'root await root',
      'civil-servant request root',
      'citizen ask-again root',
      'enterprise request root',
      'terminal request root',
    ])
    expect(steps[0]?.keyName).toBeNull()
  })

  it('asks too where the root is registered without its key', () => {
    const there = { ...nothing, authorities: [registered('root', { keyName: null })] }
    const [root, first] = planCeremony(elsewhere, there, { place: 'service' })
    expect([root?.action, first?.action]).toEqual(['keep', 'request'])
  })

  it('makes the root alone on its own machine', () => {
    const steps = planCeremony(elsewhere, nothing, { place: 'root' })
    expect(summary(steps)).toEqual(['root make root'])
  })

  it('gives one whose predecessor was revoked a name of its own', () => {
    const authorities = [registered('root'), registered('citizen', { state: 'revoked' })]
    const steps = planCeremony(here, { ...nothing, authorities }, { place: 'service' })
    const citizen = steps.find(({ planned }) => planned.kind === 'citizen')
    expect(citizen).toMatchObject({
      action: 'make',
      slug: 'citizen-2',
      keyName: 'ca-citizen-2',
      planned: { commonName: 'Ecard Citizen CA 2' },
    })
  })
})
