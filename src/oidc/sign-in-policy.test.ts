import { describe, expect, it } from 'vitest'
import {
  judge,
  methodsFor,
  requiredLevel,
  type Requirement,
  type SignInStanding,
} from './sign-in-policy.ts'

describe('requiredLevel', () => {
  it.each([
    { least: 'low', asked: undefined, required: 'low' },
    { least: 'low', asked: 'urn:ecard:loa:high', required: 'high' },
    { least: 'high', asked: 'urn:ecard:loa:low', required: 'high' },
    {
      least: 'low',
      asked: 'urn:ecard:loa:high urn:ecard:loa:substantial',
      required: 'substantial',
    },
    { least: 'substantial', asked: 'urn:elsewhere:gold', required: 'substantial' },
    { least: 'low', asked: '', required: 'low' },
  ] as const)(
    'is $required for least $least and acr_values $asked',
    ({ least, asked, required }) => {
      expect(requiredLevel(least, asked)).toBe(required)
    },
  )
})

describe('judge', () => {
  const requirement: Requirement = {
    clientId: 'documents',
    level: 'substantial',
    isCardCompulsory: false,
    cardKinds: ['civil-servant'],
    agencyCodes: ['MH-STP'],
  }
  const standing: SignInStanding = {
    method: 'card',
    level: 'high',
    cardKind: 'civil-servant',
    clientIds: null,
    agencyPaths: [
      ['MH', 'MH-SNV'],
      ['MH', 'MH-STP', 'MH-STP-1'],
    ],
  }

  it('finds nothing missing where level, card and one agency do', () => {
    expect(judge(standing, requirement)).toEqual([])
  })

  it('lets an agency stand for those below it, and not for those above', () => {
    expect(judge(standing, { ...requirement, agencyCodes: ['MH'] })).toEqual([])
    expect(judge(standing, { ...requirement, agencyCodes: ['MH-STP-1-A'] })).toEqual(['agency'])
  })

  it('admits holders without an agency only where every agency is admitted', () => {
    const citizen = { ...standing, agencyPaths: [] }
    expect(judge(citizen, { ...requirement, agencyCodes: null })).toEqual([])
    expect(judge(citizen, { ...requirement, agencyCodes: [] })).toEqual(['agency'])
  })

  it('names everything that is missing, the most fundamental first', () => {
    const other = { ...standing, level: 'low', cardKind: 'citizen', agencyPaths: [['MH']] } as const
    expect(judge(other, requirement)).toEqual(['card-kind', 'agency', 'level'])
  })

  it('takes nothing but a card from the day on that the application names', () => {
    const passkey = { ...standing, method: 'passkey', level: 'substantial' } as const
    const compulsory = { ...requirement, isCardCompulsory: true }
    expect(judge(passkey, requirement)).toEqual([])
    expect(judge(passkey, compulsory)).toEqual(['card-alone'])
    expect(judge(standing, compulsory)).toEqual([])
  })
})

describe('methodsFor', () => {
  it.each([
    {
      level: 'low',
      isCardCompulsory: false,
      methods: ['card', 'passkey', 'pass'],
      cardAlone: null,
    },
    {
      level: 'substantial',
      isCardCompulsory: false,
      methods: ['card', 'passkey'],
      cardAlone: null,
    },
    { level: 'high', isCardCompulsory: false, methods: ['card'], cardAlone: 'level' },
    { level: 'low', isCardCompulsory: true, methods: ['card'], cardAlone: 'compulsory' },
  ] as const)(
    'offers $methods for $level, compulsory $isCardCompulsory',
    ({ methods, cardAlone, ...asked }) => {
      expect(methodsFor(asked)).toEqual({ methods, cardAlone })
    },
  )
})
