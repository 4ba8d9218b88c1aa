import { expect, it } from 'vitest'
import type { HolderForClaims } from '../holders/holder-claims-store.ts'
import { claimsOf } from './claims.ts'
import type { SignIn } from './session-index.ts'

const signIn: SignIn = {
  method: 'card',
  holderId: 'holder',
  cardUuid: 'card',
  cardKind: 'civil-servant',
  keySlot: '9E',
  terminalId: 'terminal',
  passkeyId: null,
  level: 'low',
  amr: ['hwk'],
  at: 0,
}

function person(displayName: string): HolderForClaims {
  const holder = { id: 'holder', state: 'active', displayName, email: null } as const
  return {
    holder: { ...holder, type: 'person', nationalNumber: '000000000001' },
    agencies: [],
    passkey: null,
    pass: null,
    organisations: [{ name: 'Công ty TNHH Ví Dụ', taxCode: '0000000001', position: 'Giám đốc' }],
    card: null,
    terminalState: null,
  }
}

it.each([
  { name: 'Nguyễn Văn Mẫu', family: 'Nguyễn', given: 'Mẫu' },
  { name: 'Trần  Thị Ví Dụ', family: 'Trần', given: 'Dụ' },
])('takes the first word of $name as the family and the last as the given name', (expected) => {
  expect(claimsOf(person(expected.name), signIn)).toMatchObject({
    name: expected.name,
    family_name: expected.family,
    given_name: expected.given,
  })
})

it('takes a name of one word as the given name', () => {
  expect(claimsOf(person('Mẫu'), signIn)).toMatchObject({ name: 'Mẫu', given_name: 'Mẫu' })
  expect(claimsOf(person('Mẫu'), signIn)).not.toHaveProperty('family_name')
})

it('names the organisations that a person acts for', () => {
  expect(claimsOf(person('Lê Minh Họa'), signIn)['organisations']).toEqual([
    { name: 'Công ty TNHH Ví Dụ', tax_code: '0000000001', position: 'Giám đốc' },
  ])
})

it('names an organisation itself where the card is its own', () => {
  const holder = { id: 'holder', state: 'active', displayName: 'Công ty TNHH Ví Dụ', email: null }
  const claims = claimsOf(
    {
      holder: { ...holder, state: 'active', type: 'organisation', taxCode: '0000000001' },
      agencies: [],
      passkey: null,
      pass: null,
      organisations: [],
      card: null,
      terminalState: null,
    },
    { ...signIn, cardKind: 'enterprise' },
  )
  expect(claims).toMatchObject({
    name: 'Công ty TNHH Ví Dụ',
    organisations: [{ name: 'Công ty TNHH Ví Dụ', tax_code: '0000000001', position: null }],
    card_kind: 'enterprise',
  })
  expect(claims).not.toHaveProperty('given_name')
})
